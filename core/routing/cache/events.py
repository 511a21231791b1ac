"""The events of an answer as JSON, their bytes beside it: sound and pictures are not base64.

An event is a list of its tag and its fields; text of a chat, which most events are, is a string. Only what
the answer is made of has a tag: attempts and progress belong to the request that was charged for it, and of
its usage what the provider said of the answer alone is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.events import (
    NOTHING_BESIDE,
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Embedding,
    Event,
    ImagePartial,
    ImageReady,
    ImageStart,
    Segment,
    SpeechWord,
    SpeechWords,
    Started,
    TimedCharacter,
    ToolCall,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.usage import Usage

Fields = list[Any]
Plain = str | Fields

TAGS: dict[type, str] = {
    AnswerMetadata: "metadata",
    AudioChunk: "audio",
    AudioStart: "audio_start",
    ChatDelta: "chat",
    Embedding: "embedding",
    ImagePartial: "partial",
    ImageReady: "image",
    ImageStart: "image_start",
    Segment: "segment",
    SpeechWords: "speech_words",
    Started: "started",
    Transcript: "transcript",
    TranscriptDelta: "text",
    TranscriptWords: "words",
    Used: "used",
}


def encode(event: Event, blobs: list[bytes]) -> Plain | None:
    """The event as JSON has it, its bytes added to `blobs`; None for one that is no part of the answer."""
    tag = TAGS.get(type(event))
    if tag is None:
        return None
    if type(event) is ChatDelta:
        if event[1:] == NOTHING_BESIDE:
            return event.text
        return [tag, *event[:3], [values(call) for call in event.calls], *event[4:]]
    if type(event) is Used:
        return [tag, event.usage.service_tier, event.usage.facts]
    return [tag, *(field_value(value, blobs) for value in values(event))]


def values(event: Any) -> list[Any]:
    return [getattr(event, field.name) for field in fields(event)]


def field_value(value: Any, blobs: list[bytes]) -> Any:
    """A field; bytes are replaced by how many they are, words by lists of their fields."""
    if isinstance(value, bytes | bytearray | memoryview):
        blobs.append(bytes(value))
        return len(value)
    if isinstance(value, tuple) and value and isinstance(value[0], SpeechWord | TranscriptWord):
        return [values(word) for word in value]
    return value


def decode(found: Plain, blobs: Iterator[bytes]) -> Event:
    """The event of `found`; `blobs` are the bytes that were put beside it, in order."""
    if isinstance(found, str):
        return ChatDelta(found)
    tag, *given = found
    return DECODERS[tag](given, blobs)


def audio_start(given: Fields, blobs: Iterator[bytes]) -> AudioStart:
    form, rate, channels, source = given
    return AudioStart(AudioFormat(form), rate, channels, None if source is None else AudioFormat(source))


def chat(given: Fields, blobs: Iterator[bytes]) -> ChatDelta:
    text, reasoning, transcript, calls, finish, choice, extra = given
    return ChatDelta(
        text, reasoning, transcript, tuple(ToolCall(*call) for call in calls), finish, choice, extra
    )


def transcript_delta(given: Fields, blobs: Iterator[bytes]) -> TranscriptDelta:
    return TranscriptDelta(given[0], tuple(given[1]))


def used(given: Fields, blobs: Iterator[bytes]) -> Used:
    return Used(Usage(service_tier=given[0], facts=given[1]))


def speech_words(given: Fields, blobs: Iterator[bytes]) -> SpeechWords:
    return SpeechWords(tuple(SpeechWord(*word) for word in given[0]))


def transcript_words(given: Fields, blobs: Iterator[bytes]) -> TranscriptWords:
    return TranscriptWords(tuple(transcript_word(word) for word in given[0]), given[1])


def transcript_word(given: Fields) -> TranscriptWord:
    word, start, end, confidence, speaker, characters = given
    timed = tuple(TimedCharacter(*character) for character in characters)
    return TranscriptWord(word, start, end, confidence, speaker, timed)


def same_fields(kind: Callable[..., Event]) -> Callable[[Fields, Iterator[bytes]], Event]:
    """Decodes an event whose fields are JSON as they are."""
    return lambda given, blobs: kind(*given)


def with_data(kind: Callable[..., Event], place: int) -> Callable[[Fields, Iterator[bytes]], Event]:
    """Decodes an event whose field number `place` is bytes."""
    return lambda given, blobs: kind(*given[:place], next(blobs), *given[place + 1 :])


DECODERS: dict[str, Callable[[Fields, Iterator[bytes]], Event]] = {
    "metadata": same_fields(AnswerMetadata),
    "audio": with_data(AudioChunk, 0),
    "audio_start": audio_start,
    "chat": chat,
    "embedding": with_data(Embedding, 1),
    "partial": with_data(ImagePartial, 3),
    "image": with_data(ImageReady, 2),
    "image_start": same_fields(ImageStart),
    "segment": same_fields(Segment),
    "speech_words": speech_words,
    "started": same_fields(Started),
    "transcript": same_fields(Transcript),
    "text": transcript_delta,
    "words": transcript_words,
    "used": used,
}


def lengths(found: Sequence[Plain]) -> Iterator[int]:
    """How many bytes belong to each event that has some."""
    for event in found:
        if isinstance(event, list) and (place := DATA_PLACES.get(event[0])) is not None:
            yield event[place]


DATA_PLACES = {"audio": 1, "embedding": 2, "partial": 4, "image": 3}
"""By tag: where in the list the number of bytes stands."""
