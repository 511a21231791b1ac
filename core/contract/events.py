"""The events that answer a request; an adapter's last one is `Used`, the gateway's last one `Receipt`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from core.contract.audio import AudioFormat
from core.contract.route import SkippedModel
from core.contract.usage import Amount, Basis, Usage


class Outcome(StrEnum):
    """How a request or an attempt ended."""

    COMPLETED = "completed"
    PARTIAL = "partial"  # something was delivered, then the provider failed
    STOPPED = "stopped"  # the caller stopped it or went away
    INTERRUPTED = "interrupted"  # the server was stopped or the caller's right was revoked
    FAILED = "failed"  # nothing was delivered
    OVERTAKEN = "overtaken"  # of an attempt: another endpoint, asked beside it, brought content first


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt that failed before it delivered content; another one follows. A skipped model has number 0
    and no provider, an endpoint that is full number 0. `code` is the error's, `status` that of the answer, if
    there was one; `next_provider` is the name of who is asked next, where it is known already."""

    number: int
    provider: str
    outcome: Outcome
    reason: str
    model: str = ""
    code: str = ""
    status: int | None = None
    next_provider: str = ""
    next_model: str = ""


@dataclass(frozen=True, slots=True)
class AttemptLate:
    """An attempt without content so far, which goes on: `next_provider` is asked for `model` as well."""

    number: int
    provider: str
    model: str
    next_provider: str


@dataclass(frozen=True, slots=True)
class Started:
    """The attempt whose content follows; sent once, before its first content event.

    `attempts` are the calls made so far, where they are more than its number.
    """

    provider: str
    model: str
    number: int
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class AudioStart:
    """The format of the audio chunks that follow: `sample_rate` and `channels` are exact for pcm and wav.

    `converted_from` is the format in which the provider sent it, where we converted it.
    """

    format: AudioFormat
    sample_rate: int
    channels: int = 1
    converted_from: AudioFormat | None = None


class Direction(StrEnum):
    """Whose audio: the caller's, or that of the answer."""

    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class AudioConverted:
    """We converted audio between the caller and the provider, from `source` to `target`: names of formats
    such as `webm` and `wav`. It is no content."""

    direction: Direction
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """More bytes of the audio that `AudioStart` describes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SpeechWord:
    """A word of the text and its times in the audio, in seconds from the start."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SpeechWords:
    """The times of more words of generated speech, in order."""

    words: tuple[SpeechWord, ...]


@dataclass(frozen=True, slots=True)
class TranscriptDelta:
    """More of the transcript; the deltas, joined as they are, make its text.

    `logprobs` are its tokens in OpenAI's shape (`token`, `logprob`, `bytes`), where they were requested.
    """

    text: str
    logprobs: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A passage of the transcript, times in seconds from the start; `speaker` is a letter or a name.

    `measures` are Whisper's, as the provider reports them: `seek`, `tokens`, `temperature`, `avg_logprob`,
    `compression_ratio`, `no_speech_prob`.
    """

    id: int
    start: float
    end: float
    text: str
    speaker: str | None = None
    measures: Mapping[str, Any] = field(default_factory=dict)


class TimedCharacter(NamedTuple):
    """A character of a word, times in seconds from the start."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class TranscriptWord:
    """A word of the transcript, times in seconds from the start; `confidence` is from 0 to 1 where known.

    `characters` have times of their own where they were requested and a provider tells them.
    """

    word: str
    start: float
    end: float
    confidence: float | None = None
    speaker: str | None = None
    characters: tuple[TimedCharacter, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptWords:
    """More words; `aligned` where we found their times ourselves by aligning the text with the audio."""

    words: tuple[TranscriptWord, ...]
    aligned: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """The whole transcript, once, after the last delta and before `Used`.

    `language` is a code such as `en`, `seconds` the duration of the audio.
    """

    text: str
    language: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """More of a call that the model requests: `id` and `name` come once, `arguments` in pieces that belong
    together by `index`.

    `type` is `function` (`arguments` are JSON text) or `custom` (`arguments` are its plain input).
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    type: str = "function"


class ChatDelta(NamedTuple):
    """More of one choice of an answer; the pieces joined in order make the whole, none is empty.

    `transcript` is the text of the answer's audio. `extra` has the provider's other fields of the choice, in
    OpenAI's shape and relayed unchanged: `logprobs`, `native_finish_reason` and, under `delta`, fields of the
    message: `refusal`, `annotations`, `reasoning_details`, `audio` (`id`, `expires_at`). A named tuple,
    because there are more of these than of any other event and a frozen dataclass takes three times as long
    to construct.
    """

    text: str = ""
    reasoning: str = ""
    transcript: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: str | None = None
    choice: int = 0
    extra: Mapping[str, Any] | None = None


NOTHING_BESIDE = ChatDelta()[1:]
"""All fields after `text` of a delta of the first choice that has text only, as nearly all have."""


@dataclass(frozen=True, slots=True)
class ImageStart:
    """The image `index` of a chat answer is being made: announced, then `drawing`."""

    index: int
    drawing: bool = False


@dataclass(frozen=True, slots=True)
class ImagePartial:
    """An unfinished picture of the image `index`, to be replaced by the next one; `number` counts from 0.

    `facts` are the `size`, `quality` and `background` that the provider says it has.
    """

    index: int
    number: int
    media_type: str
    data: bytes
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageReady:
    """A complete image of the answer; `url` only where the provider sent a https address instead of bytes.

    `choice` is of a chat answer, `revised_prompt` what the provider made of the prompt; `facts` are the
    `size`, `quality` and `background` that the provider says it has.
    """

    index: int
    media_type: str
    data: bytes = b""
    url: str = ""
    choice: int = 0
    revised_prompt: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Embedding:
    """The vector of the input `index`, or of one of its parts, as 32-bit floats, little-endian."""

    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AnswerMetadata:
    """What the provider reports of its answer as a whole, once, as soon as it is known; it is no content.

    `id` and `model` are the provider's own; `extra` is relayed unchanged: `system_fingerprint`,
    `service_tier`, `citations`, `search_results`.
    """

    id: str = ""
    model: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a slow step is: `done` of `total`, counted in `unit` (`s` for seconds of audio)."""

    stage: str
    done: float
    total: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Events of a provider's answer, or parts of them, that could not be read and were left out.

    The ledger counts them.
    """

    count: int = 1


@dataclass(frozen=True, slots=True)
class UsageSoFar:
    """The provider has counted everything up to here. The ledger keeps the place: what comes after it is
    estimated where the answer is stopped."""


@dataclass(frozen=True, slots=True)
class Used:
    """What the attempt consumed; the last event of every adapter, without which the answer was cut short."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class AttemptNote:
    """One upstream call of a receipt; durations are in milliseconds, `first_event_ms` to its first content.

    `reason` is why it failed as a sentence, `code` the error's code, `answered` the status of the provider's
    answer where it was an error, `status` the one that the caller has.
    """

    number: int
    provider: str
    model: str
    outcome: Outcome
    status: int | None
    reason: str
    duration_ms: int
    cost: Decimal | None
    basis: Basis
    first_event_ms: int | None = None
    code: str = ""
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The settled request: its outcome, units, cost in USD and attempts; the last event of `gateway.stream`.

    `then` is the slug of the second model where the answer took two; `conversions` are of the audio that we
    converted, `voice` is the upstream's id of the voice that spoke. `changed` as of the route: what was asked
    of the model in place of what it does not do. `cached_from` is the id of the request whose answer this is,
    where it came from the cache. `skipped` are models that the caller named and that could not be asked.
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
    conversions: tuple[AudioConverted, ...] = ()
    voice: str = ""
    changed: Mapping[str, Any] = field(default_factory=dict)
    cached_from: str = ""
    skipped: tuple[SkippedModel, ...] = ()


Content = (
    AudioStart
    | AudioChunk
    | SpeechWords
    | TranscriptDelta
    | Segment
    | TranscriptWords
    | Transcript
    | ChatDelta
    | ImageStart
    | ImagePartial
    | ImageReady
    | Embedding
)
"""Events after which an attempt is committed: no retry, no other target."""

Event = (
    Content
    | Started
    | AttemptFailed
    | AttemptLate
    | AudioConverted
    | AnswerMetadata
    | Progress
    | Unreadable
    | UsageSoFar
    | Used
    | Receipt
)
