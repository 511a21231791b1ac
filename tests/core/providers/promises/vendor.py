"""The facts of a vendor from which its adapter's promises are tried."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import PolyphonyError
from core.contract.requests import Request
from core.contract.tasks import Task
from tests.fakes.provider import Seen

PROVIDER = "fake"
"""Slug of the provider in every target."""


@dataclass(frozen=True)
class Answer:
    """A good answer as the vendor writes it, piece by piece; the pieces are sent as chunks."""

    media_type: str
    pieces: Sequence[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One way of asking for a task.

    `request` makes the request; files that it needs go into the folder. `answer` is the vendor's good answer
    to what arrived. `units` are what the vendor bills for it, by names such as `text_in.character`; the test
    of the ledger gives each of them a price. `options` and `format` are the target's.

    `ends` is false where an answer that was cut short cleanly looks like a whole one, as plain audio bytes
    do; `billed_whole` where a cut answer is billed like a whole one, so that its cost is known exactly.
    """

    name: str
    task: Task
    request: Callable[[Path], Request]
    answer: Callable[[Seen], Answer]
    units: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    voice: str | None = None
    format: AudioFormat | None = None
    ends: bool = True
    billed_whole: bool = False
    reported: str | None = None
    """The cost in US dollars that the vendor reports with the whole answer."""


@dataclass(frozen=True)
class ErrorCase:
    """An error of the vendor's own: what it answers, and what becomes of it in our tree."""

    status: int
    body: Any
    kind: type[PolyphonyError]
    code: str
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None


@dataclass(frozen=True)
class Vendor:
    """One wire; `name` is how the README calls it. `error` is an error page with a message, for any status;
    `path` is that of the base URL.

    `key` is a key as the vendor gives out. `errors` are its codes that mean something else than their
    status does, and its ways to say how long to wait.
    """

    wire: str
    name: str
    calls: Sequence[Call]
    error: Callable[[str], Any]
    errors: Sequence[ErrorCase] = ()
    path: str = "/v1"
    key: str = "canary-0123456789abcdef-secret"
    model: str = "a-model"

    def error_body(self, message: str) -> bytes:
        return json.dumps(self.error(message)).encode()


@dataclass(frozen=True)
class Case:
    """A call of a vendor; its name is the id of the test."""

    vendor: Vendor
    call: Call

    def __str__(self) -> str:
        return f"{self.vendor.wire}-{self.call.name}"
