"""Answers that hold a transcript, as one object or as events, in the words of the contract."""

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
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.providers.openai import wire
from core.providers.openai.stream import EVENT_STREAM, values
from core.providers.openai.transcription.usage import plausible, usage_of
from core.providers.shared import http

NUMBERED = re.compile(r"(?:speaker[ _-]?)?(\d{1,2})", re.IGNORECASE)
LONGEST_SPEAKER = 64
PREFIXES = ("transcript.text.", "transcription.text.", "transcription.")
"""OpenAI's event names and Mistral's for the same."""


async def heard(
    answer: http.Response, hide: tuple[str, ...], target: Target, request: TranscriptRequest
) -> AsyncGenerator[Event, None]:
    """The transcript, then `Used`, whichever form the server chose to send it in."""
    if answer.media_type.startswith(EVENT_STREAM):
        source = streamed(answer, hide, target, request)
    else:
        source = whole(answer, hide, target, request)
    async with aclosing(source) as events:
        async for event in events:
            yield event


async def whole(
    answer: http.Response, hide: tuple[str, ...], target: Target, request: TranscriptRequest
) -> AsyncGenerator[Event, None]:
    value = wire.decoded(body := await answer.body())
    if not isinstance(value, dict) or value.get("error") or not isinstance(value.get("text"), str):
        wire.refuse(body, hide)
    if value["text"]:
        yield TranscriptDelta(value["text"], logprobs_of(value, request))
    for event in timed(value):
        yield event
    yield Transcript(value["text"], language_of(value), plausible(value.get("duration")))
    yield Used(usage_of(value.get("usage"), target, request, value.get("duration")))


async def streamed(
    answer: http.Response, hide: tuple[str, ...], target: Target, request: TranscriptRequest
) -> AsyncGenerator[Event, None]:
    """Deltas and segments as they come; the last event has the usage and, from some, the times."""
    text, segments, done, sure = [], 0, dict[str, Any](), False
    async with aclosing(values(answer, hide)) as found:
        async for value in found:
            match kind_of(value):
                case "delta":
                    text.append(delta := text_of(value, "delta"))
                    logprobs = logprobs_of(value, request)
                    sure = sure or bool(logprobs)
                    yield TranscriptDelta(delta, logprobs)
                case "segment" if segment := segment_in(value, segments):
                    segments += 1
                    yield segment
                case "done":
                    done = value
                    break
    joined = "".join(text)
    final = done["text"] if isinstance(done.get("text"), str) else joined
    late = () if sure else logprobs_of(done, request)
    if late or (not joined and final):
        yield TranscriptDelta("" if joined else final, late)
    for event in () if segments else timed(done):
        yield event
    yield Transcript(final, language_of(done), plausible(done.get("duration")))
    yield Used(usage_of(done.get("usage"), target, request, done.get("duration")))


def kind_of(value: Mapping[str, Any]) -> str:
    """`delta`, `segment` or `done`; anything else is of no interest."""
    name = str(value["type"])
    return next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), "")


def text_of(value: Mapping[str, Any], name: str) -> str:
    """The new text: OpenAI says `delta`, Mistral `text`."""
    found = value.get(name, value.get("text"))
    if not isinstance(found, str):
        raise UpstreamInvalid("The provider sent a piece of transcript that is no text.")
    return found


def logprobs_of(value: Mapping[str, Any], request: TranscriptRequest) -> tuple[Mapping[str, Any], ...]:
    """The tokens of a piece or of the whole, where they were asked for."""
    asked = isinstance(request, TranscriptionRequest) and request.logprobs
    return tuple(entries(value, "logprobs")) if asked else ()


def timed(value: Mapping[str, Any]) -> Iterator[Event]:
    """Segments and words of one object, those that are what they should be."""
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
    confidence = plausible(entry.get("confidence"))
    sure = confidence if confidence is not None and confidence <= 1 else None
    return TranscriptWord(word, *times, sure, speaker_of(entry))


def times_of(entry: Mapping[str, Any]) -> tuple[float, float] | None:
    start, end = plausible(entry.get("start")), plausible(entry.get("end"))
    return (start, end) if start is not None and end is not None and start <= end else None


def number_of(value: Any, default: int) -> int:
    """The number of `7` and of `seg_7`."""
    digits = str(value).rpartition("_")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default


def speaker_of(entry: Mapping[str, Any]) -> str | None:
    """A letter from A for `0`, `speaker_0` and `A`; a name somebody gave stays."""
    speaker = entry.get("speaker_label", entry.get("speaker", entry.get("speaker_id")))
    if speaker is None or isinstance(speaker, bool) or not isinstance(speaker, str | int):
        return None
    found = NUMBERED.fullmatch(str(speaker).strip())
    number = int(found[1]) if found else -1
    return chr(ord("A") + number) if 0 <= number < 26 else str(speaker)[:LONGEST_SPEAKER] or None


def language_of(value: Mapping[str, Any]) -> str | None:
    """A code from `english`, `en` or a list of guesses, the likeliest first."""
    guesses = value.get("languages")
    first = guesses[0] if isinstance(guesses, list) and guesses else None
    found = value.get("language") or (first.get("language") if isinstance(first, dict) else first)
    return primary(found) if isinstance(found, str) else None
