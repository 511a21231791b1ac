"""Reads the answers of transcriptions and translations, one object or events, into events of the contract."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.events import (
    Event,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.languages import primary
from core.contract.route import Target
from core.providers.openai.errors import refusal
from core.providers.openai.stream import EVENT_STREAM, objects
from core.providers.openai.transcription.usage import usage_of
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.quantities import quantity

NUMBERED = re.compile(r"(?:speaker[ _-]?)?(\d{1,2})", re.IGNORECASE)
LONGEST_SPEAKER = 64
PREFIXES = ("transcript.text.", "transcription.text.", "transcription.")
"""OpenAI's event names and Mistral's for the same."""


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
    read = events_of_stream if response.media_type.startswith(EVENT_STREAM) else events_of_object
    async with aclosing(read(response, hide, target, measured, logprobs=logprobs)) as events:
        async for event in events:
            yield event


async def events_of_object(
    response: http.CallResponse,
    hide: tuple[str, ...],
    target: Target,
    measured: float | None,
    *,
    logprobs: bool,
) -> AsyncGenerator[Event, None]:
    """From an answer that is one JSON object."""
    value = decode(await response.body())
    if not isinstance(value, dict) or value.get("error") or not isinstance(value.get("text"), str):
        raise refusal(value, hide)
    if value["text"]:
        yield TranscriptDelta(value["text"], logprobs_of(value) if logprobs else ())
    for event in timed_events(value):
        yield event
    yield Transcript(value["text"], language_of(value), quantity(value.get("duration")))
    yield Used(usage_of(value.get("usage"), target, measured, value.get("duration")))


async def events_of_stream(
    response: http.CallResponse,
    hide: tuple[str, ...],
    target: Target,
    measured: float | None,
    *,
    logprobs: bool,
) -> AsyncGenerator[Event, None]:
    """From server-sent events: deltas and segments as they arrive; the last event has the usage and, from
    some servers, the times."""
    text, segments, done, has_logprobs = [], 0, dict[str, Any](), False
    async with aclosing(objects(response, hide)) as values:
        async for value in values:
            match kind_of(value):
                case "delta":
                    text.append(delta := text_of(value, "delta"))
                    tokens = logprobs_of(value) if logprobs else ()
                    has_logprobs = has_logprobs or bool(tokens)
                    yield TranscriptDelta(delta, tokens)
                case "segment" if segment := segment_in(value, segments):
                    segments += 1
                    yield segment
                case "done":
                    done = value
                    break
    joined = "".join(text)
    final = done["text"] if isinstance(done.get("text"), str) else joined
    late = logprobs_of(done) if logprobs and not has_logprobs else ()
    if late or (not joined and final):
        yield TranscriptDelta("" if joined else final, late)
    for event in () if segments else timed_events(done):
        yield event
    yield Transcript(final, language_of(done), quantity(done.get("duration")))
    yield Used(usage_of(done.get("usage"), target, measured, done.get("duration")))


def kind_of(value: Mapping[str, Any]) -> str:
    """`delta`, `segment` or `done`; other events are ignored, whatever this returns for them."""
    name = str(value["type"])
    return next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), "")


def text_of(value: Mapping[str, Any], name: str) -> str:
    """The new text: OpenAI says `delta`, Mistral `text`."""
    found = value.get(name, value.get("text"))
    if not isinstance(found, str):
        raise UpstreamInvalid("The provider sent a piece of transcript that is no text.")
    return found


def logprobs_of(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The tokens of a piece or of the whole, with their log probabilities."""
    return tuple(entries(value, "logprobs"))


def timed_events(value: Mapping[str, Any]) -> Iterator[Event]:
    """The well-formed segments and words of one object."""
    for number, entry in enumerate(entries(value, "segments")):
        if segment := segment_in(entry, number):
            yield segment
    words = tuple(word for entry in entries(value, "words") if (word := word_in(entry)))
    if words:
        yield TranscriptWords(words, aligned=value.get("words_aligned") is True)


def entries(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = value.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def segment_in(entry: Mapping[str, Any], number: int) -> Segment | None:
    times, text = times_of(entry), entry.get("text")
    if times is None or not isinstance(text, str):
        return None
    return Segment(number_of(entry.get("id"), number), *times, text, speaker_of(entry))


def word_in(entry: Mapping[str, Any]) -> TranscriptWord | None:
    times, word = times_of(entry), entry.get("word", entry.get("text"))
    if times is None or not isinstance(word, str):
        return None
    confidence = quantity(entry.get("confidence"))
    confidence = confidence if confidence is not None and confidence <= 1 else None
    return TranscriptWord(word, *times, confidence, speaker_of(entry))


def times_of(entry: Mapping[str, Any]) -> tuple[float, float] | None:
    start, end = quantity(entry.get("start")), quantity(entry.get("end"))
    return (start, end) if start is not None and end is not None and start <= end else None


def number_of(value: Any, default: int) -> int:
    """The number of `7` and of `seg_7`."""
    digits = str(value).rpartition("_")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default


def speaker_of(entry: Mapping[str, Any]) -> str | None:
    """A letter from A for `0`, `speaker_0` and `A`; a given name is kept."""
    speaker = entry.get("speaker_label", entry.get("speaker", entry.get("speaker_id")))
    if speaker is None or isinstance(speaker, bool) or not isinstance(speaker, str | int):
        return None
    found = NUMBERED.fullmatch(str(speaker).strip())
    number = int(found[1]) if found else -1
    return chr(ord("A") + number) if 0 <= number < 26 else str(speaker)[:LONGEST_SPEAKER] or None


def language_of(value: Mapping[str, Any]) -> str | None:
    """The code for `english`, `en` or a list of guesses, of which the first is the most likely."""
    guesses = value.get("languages")
    first = guesses[0] if isinstance(guesses, list) and guesses else None
    found = value.get("language") or (first.get("language") if isinstance(first, dict) else first)
    return primary(found) if isinstance(found, str) else None
