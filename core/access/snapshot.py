"""API keys, users and budgets as plain values in memory, reloaded when their version number changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from threading import Lock

from core.models import ApiKey, Budget, StopRequest, Team, User, Version


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests and tokens per minute and requests at a time; 0 sets no limit."""

    requests: int = 0
    tokens: int = 0
    parallel: int = 0


NO_LIMITS = Limits()
LIMITS = ("requests_per_minute", "tokens_per_minute", "parallel_requests")
"""The columns of limits, in that order."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """An API key; empty `tasks`, `models`, `networks` allow all."""

    id: int
    user_id: int
    digest: str
    pepper_id: str
    revoked: bool
    expires_at: datetime | None
    tasks: frozenset[str]
    models: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...]
    limits: Limits = NO_LIMITS
    own_cache: bool = False


@dataclass(frozen=True, slots=True)
class UserFacts:
    active: bool
    team_id: int | None
    shares_cache: bool = False
    """Whether cached answers are those of the whole team."""
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class AccessSnapshot:
    """`version` is the counter it was read at, `serial` counts the snapshots of this process.

    `keys` are by public id, `budgets` are ids by owner: ("all", None), ("user", id), ("team", id) or
    ("key", id). `limited`: some key, user or team has limits. `stopped`: ids of records that an admin ends.
    """

    version: int = -1
    serial: int = 0
    keys: dict[str, KeyFacts] = field(default_factory=dict)
    keys_by_id: dict[int, KeyFacts] = field(default_factory=dict)
    users: dict[int, UserFacts] = field(default_factory=dict)
    team_limits: dict[int | None, Limits] = field(default_factory=dict)
    budgets: dict[tuple[str, int | None], tuple[int, ...]] = field(default_factory=dict)
    limited: bool = False
    stopped: frozenset[str] = frozenset()

    def budgets_of(self, user_id: int, team_id: int | None, key_id: int | None) -> tuple[int, ...]:
        """Ids of every budget a request is charged to, ascending."""
        owners = [("all", None), ("user", user_id), ("team", team_id), ("key", key_id)]
        return tuple(sorted(budget for owner in owners for budget in self.budgets.get(owner, ())))


_lock = Lock()
_current = AccessSnapshot()


def current() -> AccessSnapshot:
    return _current


def refresh_if_changed() -> bool:
    """Reload when the version has changed; True when it had. Blocking, so call it from a thread."""
    version = (Version.objects.filter(name=Version.ACCESS).values_list("number", flat=True).first()) or 0
    if version == _current.version:
        return False
    load(version)
    return True


def load(version: int) -> None:
    """Replace the snapshot. The version was read first, so a change in between is loaded next time."""
    global _current
    with _lock:
        keys = {key.public_id: key_facts(key) for key in ApiKey.objects.all()}
        users = {
            user_id: UserFacts(active, team_id, bool(shares), limits_of(limits))
            for user_id, active, team_id, shares, *limits in User.objects.values_list(
                "id", "is_active", "team_id", "team__shared_cache", *LIMITS
            )
        }
        team_limits = {team: limits_of(limits) for team, *limits in Team.objects.values_list("id", *LIMITS)}
        all_limits = (*(one.limits for one in (*keys.values(), *users.values())), *team_limits.values())
        _current = AccessSnapshot(
            version=version,
            serial=_current.serial + 1,
            keys=keys,
            keys_by_id={key.id: key for key in keys.values()},
            users=users,
            team_limits=team_limits,
            budgets=budget_index(),
            limited=any(limits != NO_LIMITS for limits in all_limits),
            stopped=frozenset(StopRequest.objects.values_list("record", flat=True)),
        )


def key_facts(key: ApiKey) -> KeyFacts:
    return KeyFacts(
        id=key.id,
        user_id=key.user_id,
        digest=key.digest,
        pepper_id=key.pepper_id,
        revoked=key.revoked_at is not None,
        expires_at=key.expires_at,
        tasks=frozenset(key.allowed_tasks),
        models=frozenset(key.allowed_models),
        networks=tuple(ip_network(network, strict=False) for network in key.allowed_networks),
        limits=limits_of(getattr(key, name) for name in LIMITS),
        own_cache=key.own_cache,
    )


def limits_of(values: Iterable[int | None]) -> Limits:
    return Limits(*(value or 0 for value in values))


def budget_index() -> dict[tuple[str, int | None], tuple[int, ...]]:
    index: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for budget in Budget.objects.only("id", "user_id", "team_id", "api_key_id"):
        if budget.api_key_id:
            owner: tuple[str, int | None] = ("key", budget.api_key_id)
        elif budget.user_id:
            owner = ("user", budget.user_id)
        elif budget.team_id:
            owner = ("team", budget.team_id)
        else:
            owner = ("all", None)
        index[owner].append(budget.id)
    return {owner: tuple(ids) for owner, ids in index.items()}
