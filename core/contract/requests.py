"""The fields that the requests of all tasks share, and their caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from core.contract.routing import RoutingRules
from core.contract.tasks import Task


class Source(StrEnum):
    """Which face a request came through."""

    API = "api"
    PLAYGROUND = "playground"


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, through one of their API keys or their browser session; `address` is an IP address."""

    user_id: int
    key_id: int | None = None
    source: Source = Source.API
    address: str = ""


@dataclass(frozen=True, slots=True)
class CacheTerms:
    """A request may be answered from the cache, and its answer is kept for so many seconds; `fresh` asks for
    another answer than the one that is there.

    Where `wanted` is None nothing was said of whether: the policy of the model decides, of 0 seconds too.
    """

    seconds: int
    fresh: bool = False
    wanted: bool | None = True


class Request(Protocol):
    """One frozen dataclass per task, the same whether it came by HTTP or by socket.

    `format` is the format of the answer's audio or transcript, `options` are a provider's own options by the
    provider's slug, `preferences` are for a router such as OpenRouter: which providers it may use, and how.
    `routing` is what the caller says about it here.
    """

    task: ClassVar[Task]

    @property
    def model(self) -> str: ...
    @property
    def format(self) -> StrEnum: ...
    @property
    def streamed(self) -> bool: ...
    @property
    def options(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def preferences(self) -> Mapping[str, Any]: ...
    @property
    def routing(self) -> RoutingRules: ...
