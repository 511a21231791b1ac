"""A second target is asked where the first is late: whichever brings the first content answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from time import monotonic

from core.contract.errors import BudgetExceeded, EndpointFull, PolyphonyError, Unavailable
from core.contract.events import AttemptLate, Event, Used
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.routing import Hedge
from core.providers.base import AdapterMethod
from core.providers.shared.waits.deadline import Deadline
from core.routing.attempt import CONTENT, AttemptLog, EntryLog, FirstEventLimit, RunningAttempt
from core.routing.ceilings.places import Ceilings, Place
from core.routing.retry import may_succeed_elsewhere
from core.routing.statistics import current

DEFAULT_SECONDS = 5.0
"""To the first content, for a target of which nothing was measured in the last day."""


def hedge_seconds(hedge: Hedge, target: Target) -> float:
    """Seconds until `target` is late: as the caller says, else its p95 of the last day to first content."""
    if hedge.after is not None:
        return hedge.after
    known = current(target.endpoint_id)
    latency = known.day.latency if known else None
    return DEFAULT_SECONDS if latency is None else latency.p95 / 1000


class Contender:
    """An attempt on its way to its first content.

    `ahead` once that has come: then `early` are its events so far, and the attempt is still open. Otherwise
    it ended with `reach`. `refused` where it could not even be opened.
    """

    def __init__(
        self, attempt: RunningAttempt, place: Place, log: EntryLog, call: AdapterMethod, request: Request
    ) -> None:
        self.attempt = attempt
        self.place = place
        self.early: list[Event] = []
        self.ahead = False
        self.refused: PolyphonyError | None = None
        self.opened = asyncio.Event()
        """Set once the attempt is stored."""
        self._log = log
        self._call = call
        self._request = request
        self._stack = AsyncExitStack()

    async def reach(self) -> None:
        """Read up to the first content, in a task of its own."""
        attempt = self.attempt
        async with AsyncExitStack() as stack:
            stack.enter_context(self.place)
            try:
                await stack.enter_async_context(attempt)
            except (BudgetExceeded, Unavailable) as refusal:
                self.refused = refusal
                return
            self.opened.set()
            stack.callback(self._note_early)
            events = self._call(attempt.target, self._request)
            self._source = await stack.enter_async_context(aclosing(events))
            attempt.timer.start()
            async for event in self._source:
                attempt.timer.stop()
                if type(event) is Used:
                    attempt.used = event
                    return
                self.early.append(event)
                if type(event) in CONTENT:
                    self.ahead, self._stack = True, stack.pop_all()
                    return
                attempt.timer.start()

    def _note_early(self) -> None:
        """Count what is not passed on."""
        if not self.attempt.committed:
            for event in self.early:
                self._log.note(event)

    async def answer(self, calls: int) -> AsyncGenerator[Event, None]:
        """The events, as `run` passes them on; afterwards the attempt is closed. `calls` were made so far."""
        attempt = self.attempt
        if not self.ahead:
            return
        attempt.take_over()
        async with self._stack:
            for event in self.early:
                if not attempt.committed and (started := attempt.note(event)):
                    yield replace(started, attempts=calls)
                yield event
            attempt.timer.start()
            async for event in self._source:
                attempt.timer.stop()
                if type(event) is Used:
                    attempt.used = event
                    break
                yield event
                attempt.timer.start()

    async def close(self) -> None:
        """Close an attempt whose content nobody reads, or that has not begun."""
        if self.ahead:
            await self._stack.__aexit__(GeneratorExit, GeneratorExit(), None)
        self.place.leave()


class Race:
    """The first attempt of a request and, once it is late, a second one beside it.

    After `events`, `attempt` is the one that answered or failed last, `others` those that failed before it.
    """

    def __init__(
        self,
        request: Request,
        attempts: AttemptLog,
        call: AdapterMethod,
        ceilings: Ceilings,
        first: RunningAttempt,
        place: Place,
        after: float,
    ) -> None:
        self.attempt = first
        self._ceilings = ceilings
        self._place = place
        self.others: list[RunningAttempt] = []
        self._request = request
        self._attempts = attempts
        self._call = call
        self._after = after
        self._running: dict[asyncio.Task[None], Contender] = {}

    async def events(
        self, target: Target, limit: FirstEventLimit, deadline: Deadline
    ) -> AsyncGenerator[Event, None]:
        """`AttemptLate` where a second one is asked, and the events of the attempt that brings content first;
        none of those where all fail. `target` is the second one's.

        Raises what opening the first attempt raises.
        """
        begun, left = monotonic(), deadline.left
        winner: Contender | None = None
        contenders = [self._start(self.attempt, self._place, self._attempts)]
        try:
            try:
                await asyncio.wait(self._running, timeout=self._after)
                winner = self._judge()
                if winner is None and self._running and (place := await self._room(target)) is not None:
                    own = Deadline(left - (monotonic() - begun))
                    contenders += self._second(target, place, own, limit)
                    if len(contenders) > 1 and await self._opens(contenders[1]):
                        first = self.attempt.target.provider_name
                        yield AttemptLate(
                            self.attempt.number, first, self._request.model, target.provider_name
                        )
                while winner is None and self._running:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                    winner = self._judge()
                for other in self._running.values():
                    other.attempt.overtaken = True
            finally:
                await self._stop()
        except BaseException:
            if winner is not None:
                await winner.close()
            raise
        if contenders[0].refused is not None:
            raise contenders[0].refused
        deadline.left = min(deadline.left, left - (monotonic() - begun))
        self.attempt = self.others.pop() if winner is None else winner.attempt
        if winner is not None:
            calls = max(contender.attempt.number for contender in contenders)
            async with aclosing(winner.answer(calls)) as events:
                async for event in events:
                    yield event

    async def _room(self, target: Target) -> Place | None:
        """A place for the second attempt; None where its endpoint is full, for it is worth no wait."""
        try:
            return await self._ceilings.enter(target, Deadline(0.0), last=False)
        except EndpointFull:
            return None

    def _second(
        self, target: Target, place: Place, deadline: Deadline, limit: FirstEventLimit
    ) -> list[Contender]:
        """The attempt beside the first one, where the request has not had one."""
        if (log := self._attempts.beside()) is None:
            place.leave()
            return []
        return [self._start(RunningAttempt(target, log, deadline, limit), place, log)]

    def _start(self, attempt: RunningAttempt, place: Place, log: EntryLog) -> Contender:
        found = Contender(attempt, place, log, self._call, self._attempts.bounded(self._request))
        self._running[asyncio.create_task(found.reach(), name="attempt")] = found
        return found

    async def _opens(self, contender: Contender) -> bool:
        """Wait until it is asked; false where the race is decided before, or it may not be asked."""
        opened = asyncio.create_task(contender.opened.wait())
        try:
            await asyncio.wait([opened, *self._running], return_when=asyncio.FIRST_COMPLETED)
        finally:
            opened.cancel()
        return contender.opened.is_set()

    def _judge(self) -> Contender | None:
        """The one that decides the race: it has content, or answered without any, or nobody can do better."""
        for task, contender in [*self._running.items()]:
            if not task.done():
                continue
            del self._running[task]
            task.result()
            error = contender.attempt.error
            if contender.refused is not None:
                continue
            if contender.ahead or error is None or not may_succeed_elsewhere(error):
                return contender
            self.others.append(contender.attempt)
        return None

    async def _stop(self) -> None:
        """End those that still run; whoever cancels us meanwhile waits for that."""
        cancelled: asyncio.CancelledError | None = None
        for task in self._running:
            task.cancel()
        while pending := [task for task in self._running if not task.done()]:
            try:
                await asyncio.wait(pending)
            except asyncio.CancelledError as error:
                cancelled = error
        for contender in self._running.values():
            await contender.close()
        if cancelled is not None:
            raise cancelled
