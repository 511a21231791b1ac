"""A place for each call of an endpoint that has ceilings, after a short wait at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Self

from core.contract.errors import EndpointFull, PolyphonyError
from core.contract.route import SkippedModel, Target
from core.providers.shared.waits.deadline import Deadline
from core.routing.ceilings.store import CeilingStore

BEFORE_NEXT, BEFORE_END = 0.25, 2.0
"""Seconds that a request waits for a place where something else can be asked, and where nothing can."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.01, 0.1
PLACE_SECONDS = 1.0
"""When a caller may ask again where all places are taken: nobody knows when one is free."""


class Place:
    """What a call may be made with; given up once, however often and in whichever way it ends."""

    __slots__ = ("_leave",)

    def __init__(self, leave: Callable[[], None] | None = None) -> None:
        self._leave = leave

    def leave(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


UNLIMITED = Place()
"""That of an endpoint without a ceiling on what runs at a time."""


class Ceilings:
    """Those of all endpoints; without a store none counts."""

    def __init__(self, store: CeilingStore | None = None) -> None:
        self._store = store

    async def enter(self, target: Target, deadline: Deadline, *, last: bool) -> Place:
        """A place for one call; waiting for it counts against `deadline`, and is short.

        Raises `EndpointFull`. Nothing is asked afterwards where it is the `last`.
        """
        if self._store is None or (target.parallel_requests, target.requests_per_minute) == (None, None):
            return UNLIMITED
        begun = monotonic()
        try:
            until = begun + min(BEFORE_END if last else BEFORE_NEXT, deadline.left)
            return await self._enter(self._store, target, until)
        finally:
            deadline.left -= monotonic() - begun

    async def _enter(self, store: CeilingStore, target: Target, until: float) -> Place:
        place = await self._free_place(store, target, until)
        try:
            while wait := await self._counted(store, target):
                if monotonic() + wait > until:
                    most = target.requests_per_minute
                    raise full(target, f"{requests(most)} a minute", wait)
                await asyncio.sleep(wait)
        except BaseException:
            place.leave()
            raise
        return place

    async def _free_place(self, store: CeilingStore, target: Target, until: float) -> Place:
        if (most := target.parallel_requests) is None:
            return UNLIMITED
        pause, endpoint = SHORTEST_PAUSE, target.endpoint_id
        while not (place := await store.enter(endpoint, most)):
            if (left := until - monotonic()) <= 0:
                raise full(target, f"{requests(most)} at a time", PLACE_SECONDS)
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 2, LONGEST_PAUSE)
        return Place(lambda: store.leave(endpoint, place))

    @staticmethod
    async def _counted(store: CeilingStore, target: Target) -> float:
        most = target.requests_per_minute
        return 0.0 if most is None else await store.count(target.endpoint_id, most)


def requests(most: int | None) -> str:
    return "1 request" if most == 1 else f"{most:,} requests"


def full(target: Target, most: str, wait: float) -> EndpointFull:
    return EndpointFull(f"{target.provider_name} is full: it gets at most {most}.", retry_after=wait)


def skipped(target: Target, model: str, error: EndpointFull) -> SkippedModel:
    """How an endpoint that was full is told of."""
    return SkippedModel(model, error.message, error.provider_code, target.provider_name)


def all_full(model: str, errors: Iterable[EndpointFull]) -> EndpointFull:
    """The error where nothing could be asked: the first endpoint with room counts."""
    waits = [error.retry_after or PLACE_SECONDS for error in errors]
    return EndpointFull(f"Every endpoint of {model} is full at the moment.", retry_after=min(waits))


def tell_skipped(error: PolyphonyError, found: Iterable[SkippedModel]) -> PolyphonyError:
    """`error` with what was not asked, in front of what it tells already."""
    told = [*map(skipped_fields, found), *error.metadata.get("skipped_models", ())]
    if told:
        error.metadata["skipped_models"] = told
    return error


def skipped_fields(one: SkippedModel) -> dict[str, Any]:
    provider = {"provider": one.provider} if one.provider else {}
    return {"model": one.model, **provider, "code": one.code, "reason": one.reason}
