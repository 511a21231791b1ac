"""How often, how much and how many at a time keys, users and teams may ask; counted over all processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

from core.access import snapshot
from core.access.rate_limits import Spent
from core.access.shared_limits import ParallelLimit, RateLimit
from core.access.snapshot import NO_LIMITS, Limits
from core.contract.errors import RateLimited
from core.contract.requests import Caller

SECONDS = 60.0
UNBOUNDED = -1e12
"""What may be left of a bucket that is charged afterwards."""

request_limits, token_limits = RateLimit("requests"), RateLimit("tokens")
parallel_limits = ParallelLimit("requests")


class Subject(NamedTuple):
    """Whose limits they are: a name for the counts, and how a refusal calls them."""

    name: str
    words: str
    limits: Limits


class Quota(NamedTuple):
    """A limit per minute, what is left of it, and the seconds until all of it is there again."""

    limit: int
    remaining: int
    reset: float


@dataclass(slots=True)
class LimitReport:
    """The tightest limits of one request, None where it has none."""

    requests: Quota | None = None
    tokens: Quota | None = None

    def note(self, kind: str, limit: int, spent: Spent) -> None:
        quota = Quota(limit, max(0, int(spent.level)), (limit - spent.level) * SECONDS / limit)
        known: Quota | None = getattr(self, kind)
        if known is None or quota.remaining < known.remaining:
            setattr(self, kind, quota)


report: ContextVar[LimitReport] = ContextVar("limits of the request")
"""Set by whoever tells the caller; tasks of the same request share it."""


def subjects(caller: Caller) -> tuple[Subject, ...]:
    """Those whose limits count for a caller: key, user, team."""
    if not snapshot.current().limited:
        return ()
    return tuple(subject for subject in candidates(caller) if subject.limits != NO_LIMITS)


def candidates(caller: Caller) -> Iterator[Subject]:
    present = snapshot.current()
    if key := present.keys_by_id.get(caller.key_id or 0):
        yield Subject(f"key:{key.id}", "This key", key.limits)
    if user := present.users.get(caller.user_id):
        yield Subject(f"user:{caller.user_id}", "You", user.limits)
        team = present.team_limits.get(user.team_id, NO_LIMITS)
        yield Subject(f"team:{user.team_id}", "Your team", team)


async def count(counted: Sequence[Subject]) -> None:
    """Count a request. Raises `RateLimited` above a rate, and where the tokens of the minute are used up.

    What a request takes of the tokens is known afterwards: see `charge`.
    """
    noted, taken = report.get(None) or LimitReport(), []
    try:
        for subject in counted:
            if limit := subject.limits.requests:
                spent = await request_limits.spend(subject.name, limit)
                noted.note("requests", limit, spent)
                refuse(subject, f"make {requests(limit)} a minute", spent)
                taken.append(subject)
            if limit := subject.limits.tokens:
                spent = await token_limits.spend(subject.name, limit, 0)
                noted.note("tokens", limit, spent)
                refuse(subject, f"use {limit:,} tokens a minute", spent)
    except RateLimited:
        for subject in taken:
            await request_limits.spend(subject.name, subject.limits.requests, -1, UNBOUNDED)
        raise


def requests(number: int) -> str:
    return f"{number:,} request{'' if number == 1 else 's'}"


def refuse(subject: Subject, may: str, spent: Spent) -> None:
    """Raises `RateLimited` where there was not enough."""
    if spent.wait:
        raise RateLimited(f"{subject.words} may {may}.", retry_after=spent.wait)


async def charge(counted: Sequence[Subject], tokens: float) -> None:
    """Take what a request has used, even where that is more than is left: the next ones wait for it."""
    for subject in counted:
        if tokens and subject.limits.tokens:
            await token_limits.spend(subject.name, subject.limits.tokens, tokens, UNBOUNDED)


@dataclass(slots=True)
class Places:
    """A request's places among those at a time, by name; `leave` gives them up."""

    held: list[tuple[str, str]] = field(default_factory=list)

    async def leave(self) -> None:
        while self.held:
            await parallel_limits.leave(*self.held.pop())


async def enter(counted: Sequence[Subject]) -> Places:
    """Take a place among the requests at a time. Raises `RateLimited` where all are taken."""
    places = Places()
    try:
        for subject in counted:
            if limit := subject.limits.parallel:
                place = await parallel_limits.enter(subject.name, limit)
                if not place:
                    told = f"{subject.words} may have {requests(limit)} at a time."
                    raise RateLimited(told, code="too_many_parallel", retry_after=1)
                places.held.append((subject.name, place))
    except BaseException:
        await places.leave()
        raise
    return places
