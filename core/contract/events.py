"""What comes back up: events per request; adapters end with `Used`, the gateway with `Receipt`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from core.contract.media import AudioFormat
from core.contract.usage import Amount, Basis, Usage


class Outcome(StrEnum):
    """How a request or an attempt ended."""

    COMPLETED = "completed"
    PARTIAL = "partial"  # something was delivered, then the provider failed
    STOPPED = "stopped"  # the caller stopped it or went away
    INTERRUPTED = "interrupted"  # the server went down or the caller's right was withdrawn
    FAILED = "failed"  # nothing was delivered


@dataclass(frozen=True, slots=True)
class Attempted:
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
class Word:
    """A word of the spoken text and where it is heard, in seconds from the start."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Words:
    words: tuple[Word, ...]


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
    """What a request came to, once it is settled; the last event of `gateway.stream`."""

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


Content = AudioStart | AudioChunk | Words
"""Events after which an attempt is committed: no retry, no other target."""

Event = Content | Started | Attempted | Progress | Used | Receipt
