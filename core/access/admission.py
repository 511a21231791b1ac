"""Whether a caller may make a request: account, scopes, networks, rate. Reads the snapshot, no database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.access import authentication, snapshot
from core.access.snapshot import KeyFacts
from core.contract.errors import AuthenticationFailed, NotPermitted
from core.contract.requests import Caller, Request
from core.contract.tasks import Task


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for one request, the ids of the budgets it is charged to, the snapshot's serial number."""

    caller: Caller
    team_id: int | None
    budgets: tuple[int, ...]
    serial: int


def admit(caller: Caller, request: Request) -> Grant:
    """A grant for one request. Budgets are named but not checked: the ledger reserves from them.

    Raises `AuthenticationFailed` when key or user are no longer valid, `NotPermitted` outside the key's
    tasks, models or networks. `limits.count` counts the request.
    """
    facts = current_key(caller)
    if facts is not None:
        permit(facts, request)
        authentication.permit_address(facts, caller.address)
    return grant(caller)


def admit_model(caller: Caller, model: str) -> None:
    """Check the second model of a two-step request. Raises `NotPermitted` where the key may not use it."""
    facts = current_key(caller)
    if facts is not None:
        permit_model(facts, model)


def permits_model(caller: Caller, model: str, tasks: Collection[Task]) -> bool:
    """Whether the caller may use a model for one of its tasks. Raises as `current_key`."""
    facts = current_key(caller)
    if facts is None:
        return True
    return (not facts.models or model in facts.models) and (
        not facts.tasks or not facts.tasks.isdisjoint(tasks)
    )


def grant(caller: Caller) -> Grant:
    present = snapshot.current()
    user = present.users.get(caller.user_id)
    if user is None or not user.active:
        raise AuthenticationFailed("This account is no longer active.")
    budgets = present.budgets_of(caller.user_id, user.team_id, caller.key_id)
    return Grant(caller, user.team_id, budgets, present.serial)


def renew(old: Grant) -> Grant:
    """The grant under the present snapshot. Raises `AuthenticationFailed` when key or user are gone."""
    if old.serial == snapshot.current().serial:
        return old
    current_key(old.caller)
    return grant(old.caller)


def current_key(caller: Caller) -> KeyFacts | None:
    """The caller's key, None for a browser session. Raises `AuthenticationFailed` when it is invalid."""
    if caller.key_id is None:
        return None
    facts = snapshot.current().keys_by_id.get(caller.key_id)
    if facts is None or not authentication.usable(facts):
        raise AuthenticationFailed("This API key is no longer valid.")
    return facts


def permit(facts: KeyFacts, request: Request) -> None:
    if facts.tasks and request.task not in facts.tasks:
        raise NotPermitted(f"This key may not be used for {request.task}.", code="endpoint_not_allowed")
    permit_model(facts, request.model)


def permit_model(facts: KeyFacts, model: str) -> None:
    if facts.models and model not in facts.models:
        raise NotPermitted(f"This key may not use {model}.", param="model", code="model_not_allowed")


def cache_scope(grant: Grant) -> str:
    """Whose cache a request uses: its user's own, unless an admin gave one to the key or to the team.

    Raises as `current_key`.
    """
    facts, user = current_key(grant.caller), snapshot.current().users.get(grant.caller.user_id)
    if facts is not None and facts.own_cache:
        return f"key:{facts.id}"
    if user is not None and user.shares_cache:
        return f"team:{user.team_id}"
    return f"user:{grant.caller.user_id}"
