"""What comes back up: events per request; adapters end with `Used`, the gateway with `Receipt`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from core.contract.audio import AudioFormat
from core.contract.usage import Amount, Basis, Usage


class Outcome(StrEnum):
    """How a request or an attempt ended."""

    COMPLETED = "completed"
    PARTIAL = "partial"  # something was delivered, then the provider failed
    STOPPED = "stopped"  # the caller stopped it or went away
    INTERRUPTED = "interrupted"  # the server went down or the caller's right was withdrawn
    FAILED = "failed"  # nothing was delivered


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt that failed before it delivered anything; the next one follows."""

    number: int
    provider: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Started:
    """The attempt whose content follows, told once, before its first content event."""

    provider: str
    model: str
    number: int


@dataclass(frozen=True, slots=True)
class AudioStart:
    """The shape of the bytes that follow: `sample_rate` and `channels` are exact for pcm and wav."""

    format: AudioFormat
    sample_rate: int
    channels: int = 1


@dataclass(frozen=True, slots=True)
class AudioChunk:
    data: bytes


@dataclass(frozen=True, slots=True)
class SpeechWord:
    """A word of the spoken text and where it is heard, in seconds from the start."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SpeechWords:
    words: tuple[SpeechWord, ...]


@dataclass(frozen=True, slots=True)
class TranscriptDelta:
    """More of the transcript; the deltas in order, joined as they are, make its text.

    `logprobs` are its tokens as the provider told them, where they were asked for.
    """

    text: str
    logprobs: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech, in seconds from the start; `speaker` is a letter from A."""

    id: int
    start: float
    end: float
    text: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptWord:
    """A word and when it was said; `confidence` from 0 to 1 where the provider tells one."""

    word: str
    start: float
    end: float
    confidence: float | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptWords:
    """`aligned` says that the times were found afterwards, by laying the text along the sound."""

    words: tuple[TranscriptWord, ...]
    aligned: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """The whole, once: after the last delta, before `Used`. `language` is a code, `seconds` the sound's."""

    text: str
    language: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """More of a call the model wants made: `id` and `name` come once, `arguments` in pieces, joined by
    `index`.

    `type` is `function` or `custom`, whose `arguments` are its input.
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    type: str = "function"


class ChatDelta(NamedTuple):
    """More of one choice of an answer; pieces joined in order make the whole, none is empty.

    `transcript` is the text of the answer's sound. `told` is what else the provider said of the choice, in
    its own words and relayed as it came: `logprobs`, `native_finish_reason` and, under `delta`, what belongs
    into the message: `refusal`, `annotations`, `reasoning_details`, the sound's `audio.id`. A tuple, because
    there are more of these than of anything else and a frozen dataclass takes three times as long to make.
    """

    text: str = ""
    reasoning: str = ""
    transcript: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: str | None = None
    choice: int = 0
    told: Mapping[str, Any] | None = None


NOTHING_BESIDE = ChatDelta()[1:]
"""All but the text of a delta of the first choice that says nothing else, as nearly every one."""


@dataclass(frozen=True, slots=True)
class ImageReady:
    """A picture of the answer, whole; `url` only where the provider gave an address instead of bytes."""

    index: int
    media_type: str
    data: bytes = b""
    url: str = ""
    choice: int = 0


@dataclass(frozen=True, slots=True)
class AnswerMetadata:
    """What the provider says of its answer as a whole, once, as soon as it is known; no content.

    `id` and `model` are the provider's own; `told` is relayed: `system_fingerprint`, `service_tier`
    and the like.
    """

    id: str = ""
    model: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    stage: str
    done: float
    total: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """The last event of every adapter: an attempt without it was cut short."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class AttemptNote:
    """One upstream call in a receipt; durations in milliseconds."""

    number: int
    provider: str
    model: str
    outcome: Outcome
    status: int | None
    reason: str
    duration_ms: int
    cost: Decimal | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a request came to, once it is settled; the last event of `gateway.stream`.

    `then` is the second model, where the answer took two.
    """

    id: str
    outcome: Outcome
    model: str
    provider: str
    amounts: tuple[Amount, ...]
    cost: Decimal | None
    basis: Basis
    first_event_ms: int | None
    total_ms: int
    format: str = ""
    attempts: tuple[AttemptNote, ...] = field(default=())
    then: str = ""


Content = (
    AudioStart
    | AudioChunk
    | SpeechWords
    | TranscriptDelta
    | Segment
    | TranscriptWords
    | Transcript
    | ChatDelta
    | ImageReady
)
"""Events after which an attempt is committed: no retry, no other target."""

Event = Content | Started | AttemptFailed | AnswerMetadata | Progress | Used | Receipt
