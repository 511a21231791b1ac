"""The steps of a model's requests, in words: cache, balance, endpoints, fallback models, the final error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.access.endpoints.health import health
from core.catalogue import listing
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.readiness import ReadinessState, readiness
from core.catalogue.snapshot import CatalogueSnapshot, current
from core.contract.routing import Balance, NamedModel, RoutingRules
from core.ledger import statistics
from core.ledger.statistics_text import uptime_text

ORDERS = {
    "": gettext_lazy("by priority, then by weight"),
    "price": gettext_lazy("cheapest first"),
    "latency": gettext_lazy("first the one that begins to answer soonest"),
    "throughput": gettext_lazy("first the one with the most tokens a second"),
}
KINDS = {
    Balance.WEIGHTED: gettext_lazy("at random, by weight"),
    Balance.ROUND_ROBIN: gettext_lazy("each in turn"),
    Balance.LATENCY: gettext_lazy("the one that has been fastest"),
}


class State(StrEnum):
    """How something is now."""

    PLAIN = "plain"
    GOOD = "good"
    POOR = "poor"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a step asks or does: a title, facts of a line each, how it is now."""

    title: str
    facts: tuple[str, ...] = ()
    now: str = ""
    state: State = State.PLAIN


@dataclass(frozen=True, slots=True)
class Step:
    """`in_turn`: its parts are asked one after the other, else one of them is chosen."""

    title: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    in_turn: bool = True


def steps(model: ModelEntry, snapshot: CatalogueSnapshot | None = None) -> list[Step]:
    """What happens to a request for the model that says nothing of routing itself."""
    snapshot = snapshot or current()
    rules = model.policy
    found = [cache_step(model)]
    if rules.balancer is not None:
        models = tuple(balanced_part(one, rules.balancer.models, snapshot) for one in rules.balancer.models)
        found.append(Step(_("Balance"), (str(KINDS[rules.balancer.kind]),), models, in_turn=False))
    found.append(endpoint_step(model))
    found.append(fallback_step(model, snapshot))
    found.append(Step(_("Error"), (_("the last failure, with all attempts before it"),), (full_part(),)))
    return found


def cache_step(model: ModelEntry) -> Step:
    if not model.cache_seconds:
        return Step(_("Cache"), (_("only where the request asks for it"),))
    kept = ngettext(
        "answers of the API for %(count)s second",
        "answers of the API for %(count)s seconds",
        model.cache_seconds,
    )
    return Step(_("Cache"), (kept % {"count": number(model.cache_seconds)},))


def balanced_part(named: NamedModel, among: Iterable[NamedModel], snapshot: CatalogueSnapshot) -> Part:
    share = named.weight / sum(one.weight for one in among)
    return model_part(named.model, (weight_text(named.weight, share),), snapshot)


def endpoint_step(model: ModelEntry) -> Step:
    rules = model.policy
    ready = [one for one in model.endpoints if is_ready(one)]
    facts = (str(ORDERS.get(rules.provider.sort, rules.provider.sort)), *call_facts(rules))
    return Step(_("Endpoints"), facts, tuple(endpoint_part(one, ready, rules) for one in model.endpoints))


def call_facts(rules: RoutingRules) -> Iterator[str]:
    """How each endpoint is asked: tries, times, a second one beside it."""
    count = 1 if rules.retries is None else rules.retries
    tries = ngettext("%(count)s further try at each", "%(count)s further tries at each", count)
    after = codes(rules.retry_codes)
    yield tries % {"count": count} + (_(", after %(codes)s") % {"codes": after} if after else "")
    if rules.call_timeout is not None:
        yield _("%(seconds)s s to the first content") % {"seconds": number(rules.call_timeout)}
    if rules.deadline is not None:
        yield _("%(seconds)s s altogether") % {"seconds": number(rules.deadline)}
    if (hedge := rules.provider.hedge) is not None:
        late = _("a second one beside a late one: after %(ms)s ms")
        automatic = _("a second one beside a late one: after its 95th percentile")
        yield automatic if hedge.after is None else late % {"ms": number(hedge.after * 1000)}


def endpoint_part(endpoint: EndpointEntry, ready: list[EndpointEntry], rules: RoutingRules) -> Part:
    facts = [endpoint.upstream_id]
    if not rules.provider.sort:
        facts.append(_("priority %(priority)s") % {"priority": endpoint.priority})
        beside = [one.weight for one in ready if one.priority == endpoint.priority]
        if len(beside) > 1 and endpoint in ready and sum(beside):
            facts.append(weight_text(endpoint.weight, endpoint.weight / sum(beside)))
    facts += ceilings(endpoint)
    now, state = endpoint_now(endpoint)
    return Part(endpoint.provider.name, (*facts, *last_day(endpoint)), now, state)


def ceilings(endpoint: EndpointEntry) -> Iterator[str]:
    if (most := endpoint.requests_per_minute) is not None:
        text = ngettext("at most %(count)s request a minute", "at most %(count)s requests a minute", most)
        yield text % {"count": number(most)}
    if (most := endpoint.parallel_requests) is not None:
        text = ngettext("at most %(count)s request at a time", "at most %(count)s requests at a time", most)
        yield text % {"count": number(most)}


def last_day(endpoint: EndpointEntry) -> Iterator[str]:
    """Its measures of the last day, where it was used."""
    if (found := statistics.current(endpoint.id)) is None:
        return
    if found.day.latency is not None:
        yield _("first content after %(ms)s ms") % {"ms": number(round(found.day.latency.p50))}
    if uptime := uptime_text(found.day):
        yield _("uptime %s") % uptime


def endpoint_now(endpoint: EndpointEntry) -> tuple[str, State]:
    if not endpoint.enabled:
        return _("switched off"), State.OFF
    known = readiness(endpoint.provider, endpoint.upstream_id)
    if known.state is ReadinessState.NEEDS_KEY:
        return _("needs a key"), State.OFF
    if not known.ready:
        return known.help, State.OFF
    failures, rest = health.state(endpoint.id)
    if rest > 0:
        text = ngettext("rests for %(count)s second", "rests for %(count)s seconds", max(1, round(rest)))
        return text % {"count": max(1, round(rest))}, State.POOR
    if failures:
        text = ngettext("%(count)s failure in a row", "%(count)s failures in a row", failures)
        return text % {"count": failures}, State.POOR
    return _("ready"), State.GOOD


def fallback_step(model: ModelEntry, snapshot: CatalogueSnapshot) -> Step:
    after = codes(model.policy.fallback_codes)
    facts = (_("after %(codes)s") % {"codes": after},) if after else ()
    named = model.policy.fallbacks or ()
    parts = (model_part(one.model, tuple(lacking(model, one.model, snapshot)), snapshot) for one in named)
    return Step(_("Fallback models"), facts if named else (_("none"),), tuple(parts))


def model_part(slug: str, facts: tuple[str, ...], snapshot: CatalogueSnapshot) -> Part:
    """Another model, and whether it can be asked."""
    found = snapshot.models.get(slug)
    if found is None:
        return Part(slug, facts, _("not in the catalogue"), State.OFF)
    if not found.visible:
        return Part(slug, facts, _("switched off"), State.OFF)
    status, advice = listing.status_of(found)
    if status in (listing.Status.READY, listing.Status.DEPRECATED):
        return Part(slug, facts, advice or _("ready"), State.POOR if advice else State.GOOD)
    needs_key = status is listing.Status.NEEDS_KEY
    return Part(slug, facts, _("needs a key") if needs_key else advice, State.OFF)


def lacking(model: ModelEntry, slug: str, snapshot: CatalogueSnapshot) -> Iterator[str]:
    """What a request for `model` may have and the other one cannot do: it is passed over for such a one."""
    if (other := snapshot.models.get(slug)) is None:
        return
    for text, own, others in (
        (_("does not do: %(what)s"), model.tasks, other.tasks),
        (_("does not take: %(what)s"), model.input_modalities, other.input_modalities),
        (_("does not make: %(what)s"), model.output_modalities, other.output_modalities),
        (_("has no: %(what)s"), sorted(model.features - NOTHING_ASKED), other.features),
        (_("not as: %(what)s"), model.formats, other.formats),
    ):
        if missing := [str(name) for name in own if name not in others]:
            yield text % {"what": ", ".join(missing)}
    for text, own_most, most in (
        (_("only %(count)s tokens of context"), model.context_length, other.context_length),
        (_("only %(count)s characters"), model.limits.get("characters"), other.limits.get("characters")),
    ):
        if most is not None and (own_most is None or most < own_most):
            yield text % {"count": number(most)}


NOTHING_ASKED = {"recommended"}
"""Features of a model that no request asks for."""


def full_part() -> Part:
    return Part("503 endpoint_full", (_("where every endpoint is full, with the time to come back"),))


def is_ready(endpoint: EndpointEntry) -> bool:
    return endpoint.enabled and readiness(endpoint.provider, endpoint.upstream_id).ready


def weight_text(weight: float, share: float) -> str:
    return _("weight %(weight)s: %(share)s%%") % {"weight": number(weight), "share": round(share * 100)}


def codes(found: Iterable[int] | None) -> str:
    return ", ".join(str(code) for code in sorted(found or ()))


def number(value: float) -> str:
    """With as many decimals as it has, three at most, in the reader's language."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    decimals = len(text.partition(".")[2])
    return number_format(value, decimals, use_l10n=True, force_grouping=value >= 10_000)
