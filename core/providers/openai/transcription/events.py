"""Reads the answers of transcriptions and translations, one object or events, into events of the contract."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.events import Event, Transcript, TranscriptDelta, Unreadable, Used
from core.contract.route import Target
from core.contract.text.languages import primary
from core.providers.openai.errors import refusal
from core.providers.openai.stream import is_event_stream, opening, prefixed
from core.providers.openai.transcription.objects import kind_of, transcript_objects
from core.providers.openai.transcription.segments import logprobs_of, segments_of, text_of, word_events
from core.providers.openai.transcription.stream import StreamedTranscript
from core.providers.openai.transcription.usage import usage_of
from core.providers.openai.usage_report import UsageReport
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.quantities import quantity


async def transcript_events(
    response: http.CallResponse,
    hide: tuple[str, ...],
    target: Target,
    measured: float | None,
    *,
    logprobs: bool,
) -> AsyncGenerator[Event, None]:
    """The transcript, then `Used`, in whichever form the server sends it.

    `measured` are the seconds of the file; `logprobs` says that log probabilities were requested.
    """
    async with aclosing(response.chunks()) as chunks:
        head = await opening(chunks)
        if is_event_stream(head, response.media_type):
            source = events_of_stream(prefixed(head, chunks), hide, target, measured, logprobs=logprobs)
        else:
            body = head + b"".join([rest async for rest in chunks])
            source = events_of_object(body, hide, target, measured, logprobs=logprobs)
        async with aclosing(source) as events:
            async for event in events:
                yield event


async def events_of_object(
    body: bytes,
    hide: tuple[str, ...],
    target: Target,
    measured: float | None,
    *,
    logprobs: bool,
) -> AsyncGenerator[Event, None]:
    """From an answer that is one JSON object."""
    value, report = decode(body), UsageReport()
    report.read(value)
    text = text_of(value)
    if text is None or value.get("error"):
        raise refusal(value, hide)
    if text:
        yield TranscriptDelta(text, logprobs_of(value) if logprobs else ())
    for segment in segments_of(value, measured):
        yield segment
    for words in word_events(value):
        yield words
    yield Transcript(text, language_of(value), quantity(value.get("duration")))
    yield Used(usage_of(report.usage, target, measured, value.get("duration")))


async def events_of_stream(
    chunks: AsyncGenerator[bytes, None],
    hide: tuple[str, ...],
    target: Target,
    measured: float | None,
    *,
    logprobs: bool,
) -> AsyncGenerator[Event, None]:
    """From server-sent events: deltas and segments as they arrive; the last event has the usage and, from
    some servers, the times; usage may come with any. `Unreadable` for an event that cannot be read."""
    transcript, done, report = StreamedTranscript(logprobs), dict[str, Any](), UsageReport()
    language = None
    async with aclosing(transcript_objects(chunks, hide)) as values:
        async for value in values:
            if value is None:
                yield Unreadable()
                continue
            report.read(value)
            match kind_of(value):
                case "delta":
                    told = transcript.delta(value)
                case "segment":
                    told = transcript.segment(value)
                case "language":  # Mistral's
                    language = language_of(value)
                    continue
                case "done":
                    done = value
                    break
                case _:
                    continue
            for event in told:
                yield event
    if not (transcript.deltas or transcript.segments or done):
        raise UpstreamInvalid("The provider answered nothing.")
    for event in transcript.rest(done, measured):
        yield event
    language = language_of(done) or language
    yield Transcript(transcript.text(done), language, quantity(done.get("duration")))
    yield Used(usage_of(report.usage, target, measured, done.get("duration")))


def language_of(value: Mapping[str, Any]) -> str | None:
    """The code for `english`, `en` or a list of guesses, of which the first is the most likely."""
    guesses = value.get("languages")
    first = guesses[0] if isinstance(guesses, list) and guesses else None
    told = value.get("language") or value.get("audio_language")
    found = told or (first.get("language") if isinstance(first, dict) else first)
    return primary(found) if isinstance(found, str) else None
