"""The entrance to the engine: answers a caller's request with events and leaves exactly one usage record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core import ledger, stop_requests
from core.access import admission, limits
from core.access import snapshot as access
from core.access.endpoints.health import health
from core.access.shared_turns import next_turn
from core.answer_cache import stores
from core.background import spawn, state
from core.bodies.tasks import COLLECTORS
from core.catalogue import lookup
from core.catalogue.routes.candidates import find_candidates, rules_of
from core.contract.errors import (
    AuthenticationFailed,
    Interrupted,
    PolyphonyError,
    StoppedByAdmin,
    Unavailable,
)
from core.contract.events import Event, Outcome, Receipt, Started
from core.contract.requests import CacheTerms, Caller, Request, Source
from core.contract.route import Route
from core.contract.routing import Balance
from core.contract.usage import Unit
from core.ledger.estimates.candidates import cheapest_first
from core.ledger.pricing import PART_OF
from core.media import client as media
from core.routing import dispatch
from core.routing.balance import Balancer
from core.routing.cache.entry import Entry
from core.routing.cache.use import CacheUse, look_up

balancer = Balancer()
"""Whose turn it is among models, where Redis does not tell: see `turn_of`."""


class Session:
    """One admitted and routed request: `id` is known at once, `receipt` once `events()` has ended."""

    def __init__(self, caller: Caller, request: Request, turn: int | None = None) -> None:
        """Admit and route; `turn` is that of `turn_of`. Raises refusals from the error tree; nothing has been
        stored yet."""
        if state.draining:
            raise Unavailable("The server is shutting down.", code="draining", retry_after=5)
        if (model := lookup.canonical(request.model)) != request.model:
            request = replace(request, model=model)
        self.grant = admission.admit(caller, request)
        first = find_candidates(request, partial(admission.admit_model, caller), balancer, turn)
        rules = first.request.routing.provider
        if rules.sort == "price" and not rules.order:
            first = cheapest_first(first)
        self.request, self.first_model = first.request, first.route.model
        self.record = ledger.open(self.grant, first.request, first.route)
        self.limited = limits.subjects(caller)
        self.counted = False
        self.receipt: Receipt | None = None
        self.cache: CacheUse | None = None

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def route(self) -> Route:
        """That of the model that is asked now."""
        return self.record.route

    async def use_cache(self, terms: CacheTerms) -> None:
        """Look for an answer in the cache; one that is made is kept there, but none of a fallback."""
        scope, bounded = admission.cache_scope(self.grant), bool(self.grant.budgets)
        self.cache = await look_up(stores.store(), scope, self.request, terms, bounded=bounded)
        if self.cache is not None and (entry := self.cache.entry) is not None:
            self.record.use_cached(entry.source, entry.provider)

    def answer(self) -> AsyncGenerator[Event, None]:
        """The events of the answer: from the cache, or from a provider."""
        if self.cache is not None and self.cache.entry is not None:
            return self.replay(self.cache, self.cache.entry)
        made = dispatch.answer(self.route, self.request, self.record, health)
        return made if self.cache is None else self.cache.recorded(made)

    async def replay(self, cache: CacheUse, entry: Entry) -> AsyncGenerator[Event, None]:
        """The events of an entry, once the request is in the ledger."""
        await self.record.open_cached()
        async with aclosing(cache.replayed(entry)) as events:
            async for event in events:
                yield event

    async def count(self) -> None:
        """Count the request, the first time only. Raises `RateLimited` above a rate of its caller."""
        if self.limited and not self.counted:
            self.counted = True
            await limits.count(self.limited)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Everything the routing yields, then the `Receipt`.

        Raises from the error tree, after settling; content delivered before is charged.
        """
        await self.count()
        places = await limits.enter(self.limited)
        error: PolyphonyError | None = None
        outcome = Outcome.STOPPED
        running = stop_requests.enter(self.id)
        try:
            record, current = self.record, access.current
            media.work_for(self.grant.caller.user_id)
            async with aclosing(self.answer()) as events:
                async for event in events:
                    running.waits = False
                    if self.grant.serial != current().serial:
                        self.grant = admission.renew(self.grant)
                        if self.id in current().stopped:
                            raise stopped_by_admin()
                    record.meter.note(event)
                    yield event
                    running.waits = True
            outcome = Outcome.COMPLETED
        except (AuthenticationFailed, StoppedByAdmin) as revoked:
            outcome, error = Outcome.INTERRUPTED, revoked
            raise
        except PolyphonyError as failure:
            outcome, error = self.record.outcome_of(failure), failure
            raise
        except (asyncio.CancelledError, GeneratorExit):
            # CancelledError while this generator waits, GeneratorExit while its consumer works
            if running.take_back():
                outcome, error = Outcome.INTERRUPTED, stopped_by_admin()
                raise error from None
            if state.draining:
                outcome, error = Outcome.INTERRUPTED, Interrupted("The server was stopped.")
            raise
        finally:
            stop_requests.leave(running)
            # queued before its first await: cancelling it loses the receipt, never the settlement
            if places.held:
                spawn(f"places of {self.id}", places.leave())
            self.receipt = await self.record.settle(outcome, error)
            if self.limited:
                spawn(f"tokens of {self.id}", limits.charge(self.limited, tokens(self.receipt)))
            if self.record.stopped:
                read_on(self.record, max(one.remainder.seconds for one in self.record.stopped))
        if self.cache is not None and self.route.model == self.first_model:
            await self.cache.keep(self.id, self.receipt.provider)
        yield self.receipt


def stopped_by_admin() -> StoppedByAdmin:
    return StoppedByAdmin("An administrator stopped this request.")


MOST_REMAINDERS = 20
"""Stopped answers of one process that are read on at a time; others are closed."""
remainders: set[asyncio.Task[None]] = set()


def read_on(record: ledger.Record, seconds: float) -> None:
    """Complete a stopped request in the background, for its caller waits no longer."""
    if state.draining or len(remainders) >= MOST_REMAINDERS:
        seconds = 0.0
    task = spawn(f"remainder of {record.id}", record.read_on(seconds))
    remainders.add(task)
    task.add_done_callback(remainders.discard)


async def turn_of(request: Request) -> int | None:
    """The number of the request's turn over all processes; None where it balances otherwise, or Redis does
    not tell."""
    chosen = rules_of(request).balancer
    if chosen is None or chosen.kind is not Balance.ROUND_ROBIN:
        return None
    return await next_turn([named.model for named in chosen.models])


async def open_session(caller: Caller, request: Request, cache: CacheTerms | None = None) -> Session:
    """Admit, route and count a request, and look for its answer where it may come from the cache.

    Raises as `Session` does, and `RateLimited` above a rate of the caller.
    """
    session = Session(caller, request, await turn_of(request))
    await session.count()
    if (terms := terms_of(session, cache)) is not None:
        await session.use_cache(terms)
    return session


def terms_of(session: Session, said: CacheTerms | None) -> CacheTerms | None:
    """How the cache is used: as the caller said, else as the policy of the model does for the API."""
    if said is not None and said.wanted is not None:
        return said if said.wanted else None
    entry = lookup.find(session.first_model)
    if entry is None or not entry.cache_seconds or session.grant.caller.source is not Source.API:
        return None
    return CacheTerms((said and said.seconds) or entry.cache_seconds, fresh=bool(said and said.fresh))


def tokens(receipt: Receipt) -> float:
    """All that were used, in both directions."""
    counted = (each for each in receipt.amounts if each.unit is Unit.TOKEN and each.kind not in PART_OF)
    return float(sum(each.quantity for each in counted))


async def stream(caller: Caller, request: Request) -> AsyncGenerator[Event, None]:
    """Answer a request as events; the last one is its `Receipt`."""
    session = await open_session(caller, request)
    async with aclosing(session.events()) as events:
        async for event in events:
            yield event


@dataclass(frozen=True, slots=True)
class CollectedAnswer:
    """A whole answer: `content` is what the collector of the task finished, `started` its attempt."""

    content: Any
    started: Started | None
    receipt: Receipt


async def collect(session: Session) -> CollectedAnswer:
    """Answer the request of a session as a whole. Raises what `events` raises."""
    collector, started = COLLECTORS[session.request.task](), None
    async with aclosing(session.events()) as events:
        async for event in events:
            collector.note(event)
            if isinstance(event, Started):
                started = event
    assert session.receipt is not None
    return CollectedAnswer(collector.finish(session.request), started, session.receipt)
