"""The models that may answer a request: the one asked first, and those to fall back on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from core.catalogue import lookup
from core.catalogue.route import route
from core.contract.errors import (
    ModelNotFound,
    ModelRetired,
    NotPermitted,
    PolyphonyError,
    RequestError,
    Unavailable,
)
from core.contract.requests import Request
from core.contract.route import Fallback, Route, SkippedModel, Target
from core.contract.routing import NO_RULES, Balance, NamedModel, RoutingRules, with_calls, with_fallbacks
from core.routing.balance import Balancer
from core.routing.choose import sort
from core.routing.statistics import latencies

Admit = Callable[[str], None]
"""Raises `NotPermitted` for a model that the caller may not use."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that cannot be asked now."""

    skipped: SkippedModel
    error: PolyphonyError


def find_candidates(request: Any, admit: Admit, balancer: Balancer, turn: int | None = None) -> Fallback:
    """The model to ask first, its route with the others in `fallbacks` and `skipped`.

    Of a load balancer one model is chosen among those that can be asked; `turn` as in `Balancer.choose`. A
    first model that no provider serves now is skipped. Raises what `route` raises for the first model,
    `ModelNotFound` and `NotPermitted` for any that the caller named. What the caller does not say of other
    models is as the policy of the request's own says.
    """
    rules = rules_of(request)
    request = request if rules is request.routing else replace(request, routing=rules)
    if not rules.fallbacks and rules.balancer is None:
        return candidate(request, NamedModel(request.model, "model"), admit)
    own = NamedModel(request.model, "model")
    ready, refused = tried(request, rules.balancer.models if rules.balancer else (own,), admit)
    if not ready and rules.balancer is not None and not rules.balancer.models[0].param:
        # nothing that the admin would balance can be asked for this: the caller named another one
        ready, refused = tried(request, (own,), admit)
    found: list[Fallback] = []
    if ready:
        found.append(balanced(ready, rules.balancer.kind, balancer, turn) if rules.balancer else ready[0][1])
    elif not isinstance(refused[0].error, Unavailable):
        raise refused[0].error
    for named in rules.fallbacks or ():
        other = attempt(request, named, admit)
        if isinstance(other, Refused):
            refused.append(other)
        elif other.route.model not in [one.route.model for one in found]:
            found.append(other)
    if not found:
        raise refused[0].error
    first, *others = found
    skipped = tuple({one.skipped.model: one.skipped for one in refused}.values())
    return replace(first, route=replace(first.route, fallbacks=tuple(others), skipped=skipped))


def rules_of(request: Any) -> RoutingRules:
    """What the caller said, and of other models what the policy of the request's own says."""
    return with_fallbacks(request.routing, policy_of(lookup.canonical(request.model)))


def tried(
    request: Request, firsts: Sequence[NamedModel], admit: Admit
) -> tuple[list[tuple[NamedModel, Fallback]], list[Refused]]:
    """Those that can be asked first, and those that cannot."""
    found = [(named, attempt(request, named, admit)) for named in firsts]
    ready = [(named, one) for named, one in found if isinstance(one, Fallback)]
    return ready, [one for _, one in found if isinstance(one, Refused)]


def balanced(
    ready: Sequence[tuple[NamedModel, Fallback]], kind: Balance, balancer: Balancer, turn: int | None
) -> Fallback:
    """The one of `ready` that is asked first. Of the one that has been fastest, by its fastest provider, the
    providers are asked in that order too."""
    models = [named for named, _ in ready]
    if kind is not Balance.LATENCY:
        return ready[balancer.choose(kind, models, turn=turn)][1]
    fastest = [lowest_latency(found.route.targets) for _, found in ready]
    found = ready[balancer.choose(kind, models, fastest)][1]
    rules = found.request.routing.provider
    if rules.sort or rules.order:
        return found
    return replace(found, route=replace(found.route, targets=sort(found.route.targets, "latency")))


def lowest_latency(targets: Sequence[Target]) -> float | None:
    """The lowest median to the first content among the targets; None where none was measured."""
    measured = latencies([target.endpoint_id for target in targets])
    return min((one for one in measured if one is not None), default=None)


def attempt(request: Request, named: NamedModel, admit: Admit) -> Fallback | Refused:
    """The candidate, or why the model cannot be asked for this."""
    try:
        return candidate(request, named, admit)
    except (NotPermitted, ModelNotFound) as error:
        if named.param and error.provider_code != "model_disabled":
            raise
        return refused(named, error)
    except (RequestError, Unavailable) as error:
        return refused(named, error)


def refused(named: NamedModel, error: PolyphonyError) -> Refused:
    return Refused(SkippedModel(named.model, error.message, error.provider_code), error)


def candidate(request: Any, named: NamedModel, admit: Admit) -> Fallback:
    """The model as it is asked. Raises as `route` does, naming the field that named the model."""
    model = lookup.canonical(named.model)
    routing = with_calls(request.routing, policy_of(model))
    same = model == request.model and routing is request.routing
    asked = request if same else replace(request, model=model, routing=routing)
    try:
        admit(model)
        found = route(asked)
        if found.then is not None:
            admit(found.then.model)
    except (ModelNotFound, ModelRetired, NotPermitted) as error:
        if named.param != "model":
            error.param = named.param
        raise
    admit_tool_models(asked, found, admit)
    return Fallback(found, as_sent(asked, found), optional=not named.param)


def policy_of(model: str) -> RoutingRules:
    """How an admin wants a model to be asked; nothing for one that the catalogue lacks."""
    entry = lookup.find(model)
    return NO_RULES if entry is None else entry.policy


def admit_tool_models(request: Any, route: Route, admit: Admit) -> None:
    """Raises `NotPermitted` where the caller may not use an image model that a chat model draws with."""
    for name in route.tool_models:
        try:
            admit(name)
        except NotPermitted as error:
            error.param = f"{request.image_tool.place}.model"
            raise


def as_sent(request: Any, route: Route) -> Any:
    """`request` without the optional fields that the model ignores, others as its route changes them."""
    if not route.ignored and not route.changed:
        return request
    defaults = {field.name: field.default for field in fields(request)}
    return replace(request, **{name: defaults[name] for name in route.ignored}, **route.changed)
