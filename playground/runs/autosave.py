"""Answers in progress, saved every few seconds: those of a process together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from core import background
from core.models.offload import offload
from playground.conversations import store
from playground.conversations.turn import Turn
from playground.runs.long_answers import saved_alone

INTERVAL = 5.0
"""Seconds; as much of an answer is lost in a crash at most."""
TOGETHER = 2_000_000
"""Characters saved in one transaction."""


class GrowingAnswer(Protocol):
    """An answer in progress; `unsaved` says that more has come since it was last saved.

    `answer` makes its text and what came beside it, in any thread.
    """

    unsaved: bool

    @property
    def turn(self) -> Turn | None: ...

    def answer(self) -> tuple[str, dict[str, Any]]: ...


class AutoSaver:
    """Saves the answers of one event loop in the background, without their runs waiting."""

    def __init__(self) -> None:
        self.saving: asyncio.Task[None] | None = None
        self._answers: set[GrowingAnswer] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, answer: GrowingAnswer) -> None:
        """Save it at intervals until it is discarded."""
        self._answers.add(answer)
        self._schedule()

    def discard(self, answer: GrowingAnswer) -> None:
        self._answers.discard(answer)
        if self._timer is not None and not self._answers:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        if self._timer is None and self._answers:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._due)

    def _due(self) -> None:
        self._timer = None
        try:
            if self.saving is None:
                self._save()
        finally:
            self._schedule()

    def _save(self) -> None:
        """Start saving. Only running answers are updated: those settled meanwhile stay as they are."""
        grown = [answer for answer in self._answers if answer.unsaved and answer.turn is not None]
        for answer in grown:
            answer.unsaved = False
        if grown:
            self.saving = background.spawn("save answers", offload(save, grown))
            self.saving.add_done_callback(self._saved)

    def _saved(self, _: asyncio.Task[None]) -> None:
        self.saving = None


def save(answers: Iterable[GrowingAnswer]) -> None:
    """Store them together, long ones few at a time: all of them would be in memory at once; blocking."""
    parts: list[tuple[Turn, str, dict[str, Any]]] = []
    size = 0
    for answer in answers:
        assert answer.turn is not None
        text, fields = answer.answer()
        parts.append((answer.turn, text, fields))
        size += len(text) + len(fields.get("reasoning", ""))
        if size > TOGETHER:
            with saved_alone():
                store.save_progress(parts)
            parts, size = [], 0
    if parts:
        store.save_progress(parts)


savers: WeakKeyDictionary[asyncio.AbstractEventLoop, AutoSaver] = WeakKeyDictionary()


def current() -> AutoSaver:
    """The saver of this event loop."""
    loop = asyncio.get_running_loop()
    if (saver := savers.get(loop)) is None:
        saver = savers[loop] = AutoSaver()
    return saver
