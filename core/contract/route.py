"""The targets a request may be sent to, each with its wire, its credential and its prices."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

from core.contract.audio import AudioFormat
from core.contract.requests import Request
from core.contract.usage import Price, Usage


class Secret:
    """A provider key that is decrypted only when an adapter asks, and never shows in a repr or a log.

    `id` tells keys apart without them; a key that is replaced gets another one.
    """

    __slots__ = ("_plaintext", "_reveal", "id")

    def __init__(self, reveal: Callable[[], str], id: str = "") -> None:
        self._reveal = reveal
        self.id = id
        self._plaintext: str | None = None

    def reveal(self) -> str:
        """The plaintext, decrypted once. Raises `Unavailable` when the stored key cannot be decrypted."""
        if self._plaintext is None:
            self._plaintext = self._reveal()
        return self._plaintext

    def __repr__(self) -> str:
        return "Secret(…)"


class Remainder(Protocol):
    """What may still tell the usage of an answer that has ended: the rest of a stopped one, or a question
    about its cost. To be read for `seconds` at most, or closed."""

    seconds: float

    def events(self) -> AsyncGenerator[Any, None]:
        """The events that follow, the last one `Used`. Raises from the error tree."""
        ...

    def told(self) -> Usage | None:
        """The usage that the provider has reported so far."""
        ...

    async def close(self) -> None: ...


class Sending:
    """Whether the body of one call has left for the provider, which from then on may bill it.

    `told` is the usage that the provider had reported when the call was stopped, `remainder` what may tell it
    afterwards. `answered` is whether the beginning of an answer has come, `moved` when the provider last
    took a piece of the body, in monotonic seconds. `part_of` is the sending that this upload belongs to.
    """

    __slots__ = ("answered", "left", "moved", "part_of", "remainder", "told")

    def __init__(self, part_of: Sending | None = None) -> None:
        self.left = False
        self.answered = False
        self.moved = 0.0
        self.part_of = part_of
        self.told: Usage | None = None
        self.remainder: Remainder | None = None

    def move(self) -> None:
        """A piece of the body has been handed to the connection."""
        self.moved = monotonic()
        if self.part_of is not None:
            self.part_of.move()

    def done(self) -> None:
        """The last byte has been handed to the connection."""
        self.left = True

    def refused(self) -> None:
        """The provider answered that it will not do it: nothing is billed."""
        self.left = False


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint as the catalogue has it now: wire, server, key and prices.

    `wire` names the adapter in the registry, `model` is the upstream's own id, `voice` the upstream's voice
    id, `format` the audio format this target will be asked for, and `encoding` the one that we then convert
    its audio to. Lower `priority` is tried first; among equals the order is random by `weight`, and targets
    without weights keep their order. `headers` and `options` are the endpoint's, as an admin entered them.
    `credential` is the key of the call, one of `credentials` where the provider has several.
    `requests_per_minute` and `parallel_requests` are what its endpoint may get from all callers together,
    None where it has no such ceiling.
    """

    endpoint_id: int
    provider: str
    provider_name: str
    wire: str
    base_url: str
    model: str
    credential: Secret | None = None
    prices: tuple[Price, ...] = ()
    voice: str | None = None
    format: AudioFormat | None = None
    encoding: AudioFormat | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    weight: int = 0
    credentials: tuple[Secret, ...] = ()
    requests_per_minute: int | None = None
    parallel_requests: int | None = None
    public_only: bool = False
    """Whether connections to private addresses are refused: nobody vouches for `base_url`."""
    image_model: Target | None = None
    """The image model that a chat model draws with; `prices` has its prices, under kinds of their own."""
    sending: Sending | None = field(default=None, compare=False, repr=False)
    """What the call of one attempt is noted in."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a request is retried; durations in seconds.

    `retries` counts further tries at the same target; waits grow from `backoff` and honour a provider's
    Retry-After up to `max_wait`; `deadline` bounds the whole request. A target without content after
    `first_event` is given up for the next one; the last target, and any where it is None, has no such limit,
    unless `others_follow`: other models. No target has longer than `call_timeout` to its first content. Only
    the statuses `retry_codes` are tried again; where they are None, all that may pass.
    """

    retries: int = 1
    backoff: float = 0.25
    max_wait: float = 5.0
    deadline: float = 300.0
    first_event: float | None = None
    retry_codes: frozenset[int] | None = None
    call_timeout: float | None = None
    others_follow: bool = False


@dataclass(frozen=True, slots=True)
class SkippedModel:
    """A model that was to be asked and is not; `reason` is a sentence, `code` the error's. With a `provider`,
    by name, only that one was not asked for it."""

    model: str
    reason: str
    code: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Fallback:
    """Another model, asked when those before it have failed: its route, and the request as it is sent.

    `optional`: an admin chose it, not the caller, whose budget need not have enough for it.
    """

    route: Route
    request: Request
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """The targets for one model and how they are tried.

    `ignored` are optional fields of the request that the model does not take: they are dropped. `voice` is
    the voice that stands in for the one asked for, which the model does not have. `changed` are fields that
    are sent otherwise than asked, as near as the model can: a variation as an edit.

    `then` is the route of the second model of a two-step translation; `align` says that word times are to be
    found afterwards, by aligning the transcript with the audio.

    `fallbacks` are asked in order when all targets have failed; `skipped` are models that would have been.
    `tool_models` are the image models that chat models draw with.
    """

    model: str
    targets: tuple[Target, ...]
    policy: Policy = Policy()
    then: Route | None = None
    align: bool = False
    ignored: tuple[str, ...] = ()
    voice: str | None = None
    changed: Mapping[str, Any] = field(default_factory=dict)
    fallbacks: tuple[Fallback, ...] = ()
    skipped: tuple[SkippedModel, ...] = ()
    tool_models: tuple[str, ...] = ()
