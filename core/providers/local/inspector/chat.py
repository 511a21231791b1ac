"""The chat method of `local/inspector`: a report on the last user message, as text or as speech."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.chat import ChatRequest, Modality
from core.contract.errors import PolyphonyError, Unavailable
from core.contract.events import AnswerMetadata, ChatDelta, Event, ImageReady, Progress, Used
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.media.installed import inspection_hint
from core.providers.local.inspector.jobs import Finding, Findings
from core.providers.local.inspector.measurement import Measurement
from core.providers.local.inspector.message import count_characters, message_parts
from core.providers.local.inspector.report.piece import ReportPiece
from core.providers.local.inspector.report.request import ignored_piece, opening_piece
from core.providers.local.inspector.spoken_report import ReportSpeaker, report_speaker
from core.providers.local.inspector.usage import UsageCounter

FINGERPRINT = "inspector-1"
EMPTY_MESSAGE = "There is nothing in the message to measure."


async def chat(target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
    """Yield a report on each part of the last user message, a delta for each measurement that is done.

    The report is Markdown; where audio output is requested it is sentences, sent as `transcript` and spoken
    while the next part is measured. Images of it (a waveform, a first page, frames) are `ImageReady`. A part
    that cannot be read is reported, unless nothing could be measured: then its `InvalidRequest` is raised.
    Raises `Unavailable` when the extra is not installed.
    """
    if hint := inspection_hint():
        raise Unavailable(f"What measures files is not installed here: {hint}")
    usage = UsageCounter()
    speaker = report_speaker(target, request, usage) if Modality.AUDIO in request.modalities else None
    yield AnswerMetadata(model=target.model, extra={"system_fingerprint": FINGERPRINT})
    findings = require_measurement(report(request, Measurement(usage)))
    answer = text_answer(findings, usage) if speaker is None else spoken_answer(findings, speaker, usage)
    async with aclosing(answer if request.streamed else whole_answer(answer)) as events:
        async for event in events:
            yield event
    usage.add(Kind.TEXT_IN, Unit.CHARACTER, count_characters(request))
    yield Used(usage.usage())


def chat_body(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The request in the shape of OpenAI's chat body; nothing of it leaves this computer."""
    body: dict[str, Any] = {"model": target.model, **request.parameters, "messages": list(request.messages)}
    if Modality.AUDIO in request.modalities:
        body["modalities"] = [modality.value for modality in request.modalities]
        body["audio"] = {
            "voice": target.voice or request.voice,
            "format": (target.format or request.format).value,
        }
    return body


async def report(request: ChatRequest, measurement: Measurement) -> Findings:
    """The opening, the findings of every part in order, then what was received and ignored."""
    yield opening_piece(request)
    parts = message_parts(request)
    if not parts:
        yield ReportPiece(f"{EMPTY_MESSAGE}\n\n", EMPTY_MESSAGE, measured=False)
    for part in parts:
        async with aclosing(measurement.measure(part)) as findings:
            async for finding in findings:
                yield finding
    yield ignored_piece(request)


async def require_measurement(findings: Findings) -> Findings:
    """The same findings, held back until something was measured.

    Raises the first error of a part if nothing at all was measured.
    """
    held: list[Finding] = []
    error: PolyphonyError | None = None
    measured = False
    async with aclosing(findings) as source:
        async for finding in source:
            if not measured and not (isinstance(finding, ReportPiece) and finding.measured):
                held.append(finding)
                error = error or (finding.error if isinstance(finding, ReportPiece) else None)
                continue
            for earlier in held:
                yield earlier
            held, measured = [], True
            yield finding
    if error is not None and not measured:
        raise error
    for earlier in held:
        yield earlier


async def text_answer(findings: Findings, usage: UsageCounter) -> AsyncGenerator[Event, None]:
    async with aclosing(findings) as source:
        async for finding in source:
            if not isinstance(finding, ReportPiece):
                yield finding
            elif finding.markdown:
                usage.add(Kind.TEXT_OUT, Unit.CHARACTER, len(finding.markdown))
                yield ChatDelta(text=finding.markdown)
    yield ChatDelta(finish="stop")


async def spoken_answer(
    findings: Findings, speaker: ReportSpeaker, usage: UsageCounter
) -> AsyncGenerator[Event, None]:
    """Each piece as transcript, then as audio."""
    async with aclosing(findings) as source:
        async for finding in source:
            if not isinstance(finding, ReportPiece):
                yield finding
            elif finding.speech:
                usage.add(Kind.TEXT_OUT, Unit.CHARACTER, len(finding.speech))
                yield ChatDelta(transcript=f"{finding.speech} ")
                async with aclosing(speaker.speak(finding.speech)) as audio:
                    async for event in audio:
                        yield event
    async with aclosing(speaker.close()) as audio:
        async for event in audio:
            yield event
    yield ChatDelta(finish="stop")


async def whole_answer(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The answer that is not streamed: one delta with all text, then the images, then the audio."""
    text, transcript = "", ""
    rest: list[Event] = []
    async with aclosing(events) as source:
        async for event in source:
            if isinstance(event, ChatDelta):
                text, transcript = text + event.text, transcript + event.transcript
            elif isinstance(event, Progress):
                yield event
            else:
                rest.append(event)
    yield ChatDelta(text=text.rstrip(), transcript=transcript.rstrip(), finish="stop")
    for event in sorted(rest, key=lambda event: not isinstance(event, ImageReady)):
        yield event
