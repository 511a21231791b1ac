"""`local/inspector`: a chat partner that is no language model; it measures what it is sent and says so."""

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
from core.providers.local.inspector import message
from core.providers.local.inspector.measurement import Finding, Measuring
from core.providers.local.inspector.report.markdown import Piece
from core.providers.local.inspector.report.request import echo, opening
from core.providers.local.inspector.spoken_report import Reader, reader
from core.providers.local.inspector.usage import Tally

FINGERPRINT = "inspector-1"
NOTHING = "There is nothing in the message to measure.\n\n"

Findings = AsyncGenerator[Finding, None]


async def chat(target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
    """Yield a report on each part of the last user message, a delta for each measurement that is done.

    The report is Markdown; where sound is asked for it is sentences, told as `transcript` and spoken while
    the next part is measured. Pictures of it (a waveform, a first page, frames) are `ImageReady`. What cannot
    be read is reported, unless there is nothing else: then its `InvalidRequest` is raised. Raises
    `Unavailable` when the extra is not installed.
    """
    if hint := inspection_hint():
        raise Unavailable(f"What measures files is not installed here: {hint}")
    tally = Tally()
    voice = reader(target, request, tally) if Modality.AUDIO in request.modalities else None
    yield AnswerMetadata(model=target.model, extra={"system_fingerprint": FINGERPRINT})
    findings = certain(report(request, Measuring(tally)))
    telling = spoken(findings, voice, tally) if voice is not None else written(findings, tally)
    async with aclosing(telling if request.streamed else gathered(telling)) as events:
        async for event in events:
            yield event
    tally.add(Kind.TEXT_IN, Unit.CHARACTER, message.characters(request))
    yield Used(tally.usage())


def chat_body(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The conversation as it is handed over; nothing of it leaves this computer."""
    body: dict[str, Any] = {"model": target.model, **request.parameters, "messages": list(request.messages)}
    if Modality.AUDIO in request.modalities:
        body["modalities"] = [modality.value for modality in request.modalities]
        body["audio"] = {
            "voice": target.voice or request.voice,
            "format": (target.format or request.format).value,
        }
    return body


async def report(request: ChatRequest, measuring: Measuring) -> Findings:
    """The opening, every part in turn, then what was received and ignored."""
    yield opening(request)
    found = message.parts(request)
    if not found:
        yield Piece(NOTHING, NOTHING.strip(), measured=False)
    for part in found:
        async with aclosing(measuring.part(part)) as findings:
            async for finding in findings:
                yield finding
    yield echo(request)


async def certain(findings: Findings) -> Findings:
    """The same, held back until something was measured; raises why, if nothing ever is."""
    held: list[Finding] = []
    error: PolyphonyError | None = None
    waiting = True
    async with aclosing(findings) as found:
        async for finding in found:
            if waiting and not (isinstance(finding, Piece) and finding.measured):
                held.append(finding)
                error = error or (finding.error if isinstance(finding, Piece) else None)
                continue
            for earlier in held:
                yield earlier
            held, waiting = [], False
            yield finding
    if error is not None and waiting:
        raise error
    for earlier in held:
        yield earlier


async def written(findings: Findings, tally: Tally) -> AsyncGenerator[Event, None]:
    async with aclosing(findings) as found:
        async for finding in found:
            if not isinstance(finding, Piece):
                yield finding
            elif finding.text:
                tally.add(Kind.TEXT_OUT, Unit.CHARACTER, len(finding.text))
                yield ChatDelta(text=finding.text)
    yield ChatDelta(finish="stop")


async def spoken(findings: Findings, voice: Reader, tally: Tally) -> AsyncGenerator[Event, None]:
    """Each piece as words and then as sound."""
    async with aclosing(findings) as found:
        async for finding in found:
            if not isinstance(finding, Piece):
                yield finding
            elif finding.spoken:
                tally.add(Kind.TEXT_OUT, Unit.CHARACTER, len(finding.spoken))
                yield ChatDelta(transcript=f"{finding.spoken} ")
                async with aclosing(voice.say(finding.spoken)) as sound:
                    async for event in sound:
                        yield event
    async with aclosing(voice.close()) as rest:
        async for event in rest:
            yield event
    yield ChatDelta(finish="stop")


async def gathered(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The same with all its words in one piece, for who does not watch it come."""
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
