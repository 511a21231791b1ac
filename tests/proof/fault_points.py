"""Places in a request at which a server kills itself; `tests.proof.server` puts them in, nobody else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from core.ledger.budgets import LockedBudgets
from core.ledger.metering import Meter
from core.ledger.record import Record

MIDDLE = 40
"""Bytes of text after which an answer is under way."""


class Trap:
    """Kills the process, as `kill -9` does, when it is sprung for the n-th time."""

    def __init__(self, count: int) -> None:
        self.left = count

    def spring(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def before(name: str) -> Callable[[Trap], None]:
    """Before a coroutine method of `Record` begins."""

    def put(trap: Trap) -> None:
        original = getattr(Record, name)

        async def method(self: Record, *args: Any, **options: Any) -> Any:
            trap.spring()
            return await original(self, *args, **options)

        setattr(Record, name, method)

    return put


def after(name: str) -> Callable[[Trap], None]:
    """When a coroutine method of `Record` has done its work, before its caller knows."""

    def put(trap: Trap) -> None:
        original = getattr(Record, name)

        async def method(self: Record, *args: Any, **options: Any) -> Any:
            result = await original(self, *args, **options)
            trap.spring()
            return result

        setattr(Record, name, method)

    return put


def first_byte(trap: Trap) -> None:
    original = Record.first_event

    def first_event(self: Record) -> None:
        if self.running is not None and self.running.first_content is None:
            trap.spring()
        original(self)

    Record.first_event = first_event  # type: ignore[method-assign]


def stream(trap: Trap) -> None:
    """In the middle of an answer: several deltas have been counted."""
    original = Meter.note

    def note(self: Meter, event: Any) -> None:
        before = self.text_bytes
        original(self, event)
        if before < MIDDLE <= self.text_bytes:
            trap.spring()

    Meter.note = note  # type: ignore[method-assign]


def commit(trap: Trap) -> None:
    """In the transaction of a settlement, before it is committed."""
    original = LockedBudgets.store

    def store(self: LockedBudgets) -> None:
        original(self)
        if any(found.added_spent for found in self.budgets.values()):
            trap.spring()

    LockedBudgets.store = store  # type: ignore[method-assign]


METHODS: dict[str, Callable[[Trap], None]] = {
    "before open": before("open"),
    "after open, before dispatch": after("open"),
    "at the first byte": first_byte,
    "mid-stream": stream,
    "before settle": before("settle"),
    "in the settlement, before its commit": commit,
    "after settle": after("settle"),
}


def put(point: str, count: int) -> None:
    METHODS[point](Trap(count))
