"""May this caller ask this? Answered from the snapshot, without a query."""

from __future__ import annotations

from dataclasses import dataclass

from core.access import authentication, snapshot
from core.access.rate_limits import Buckets
from core.access.snapshot import KeyFacts
from core.contract.errors import AuthenticationFailed, NotPermitted, RateLimited
from core.contract.requests import Caller, Request

rates = Buckets()


@dataclass(frozen=True, slots=True)
class Grant:
    """What a request may draw on; `serial` is the snapshot it was given from."""

    caller: Caller
    team_id: int | None
    budgets: tuple[int, ...]
    serial: int


def admit(caller: Caller, request: Request) -> Grant:
    """A grant for one request. Does not look at money: the ledger reserves.

    Raises `AuthenticationFailed` when key or user are no longer valid, `NotPermitted` outside the key's
    tasks, models or networks, `RateLimited` above its rate.
    """
    facts = current_key(caller)
    if facts is not None:
        permit(facts, request)
        authentication.permit_address(facts, caller.address)
        limit_rate(facts)
    return grant(caller)


def admit_model(caller: Caller, model: str) -> None:
    """Raises `NotPermitted` where a key may not use the second model that a request goes on to."""
    facts = current_key(caller)
    if facts is not None:
        permit_model(facts, model)


def grant(caller: Caller) -> Grant:
    seen = snapshot.current()
    user = seen.users.get(caller.user_id)
    if user is None or not user.active:
        raise AuthenticationFailed("This account is no longer active.")
    budgets = seen.budgets_of(caller.user_id, user.team_id, caller.key_id)
    return Grant(caller, user.team_id, budgets, seen.serial)


def renew(given: Grant) -> Grant:
    """The same grant under the present snapshot. Raises `AuthenticationFailed` when it was withdrawn."""
    if given.serial == snapshot.current().serial:
        return given
    current_key(given.caller)
    return grant(given.caller)


def current_key(caller: Caller) -> KeyFacts | None:
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


def limit_rate(facts: KeyFacts) -> None:
    if facts.requests_per_minute and (wait := rates.take(facts.id, facts.requests_per_minute)):
        raise RateLimited(f"This key may ask {facts.requests_per_minute} times a minute.", retry_after=wait)
