"""The catalogue as a list: every model with its state and price, filtered as a page or a program asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from core.catalogue import prices
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.readiness import Readiness, ReadinessState, readiness
from core.catalogue.snapshot import CatalogueSnapshot, current
from core.contract.usage import Price

NOTHING: frozenset[str] = frozenset()


class Status(StrEnum):
    """In the order a catalogue shows them; `deprecated` can still be called."""

    READY = "ready"
    DEPRECATED = "deprecated"
    NEEDS_KEY = "needs_key"
    UNAVAILABLE = "unavailable"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Listing:
    """A model as a card shows it; `help` says what an admin must do, `price` what it costs, for people."""

    model: ModelEntry
    status: Status
    help: str
    price: str
    comparable: Decimal | None
    providers: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return self.status in (Status.READY, Status.DEPRECATED)

    @property
    def deprecated(self) -> bool:
        """Whether an end is announced, callable or not."""
        return deprecated(self.model) and self.status is not Status.RETIRED


@dataclass(frozen=True, slots=True)
class Filters:
    """Every condition must hold; an empty one holds always.

    Within one set any member is enough, except `inputs`, where all are needed. `max_price` is in USD for the
    task's usual unit (see `prices.comparable`); with it unpriced models are left out.
    """

    query: str = ""
    tasks: frozenset[str] = NOTHING
    inputs: frozenset[str] = NOTHING
    outputs: frozenset[str] = NOTHING
    providers: frozenset[str] = NOTHING
    max_price: Decimal | None = None
    ready: bool = False
    retired: bool = True


def listings(filters: Filters | None = None, snapshot: CatalogueSnapshot | None = None) -> list[Listing]:
    """Models people may see: what can be used first, then by name."""
    snapshot = snapshot or current()
    wanted = filters or Filters()
    found = (listing(model) for model in snapshot.models.values() if model.shown)
    order = list(Status)
    return sorted(
        (entry for entry in found if matches(entry, wanted)),
        key=lambda entry: (order.index(entry.status), entry.model.slug),
    )


def listing(model: ModelEntry) -> Listing:
    status, advice = status_of(model)
    sheet = price_sheet(model)
    task = model.tasks[0] if model.tasks else ""
    return Listing(
        model=model,
        status=status,
        help=advice,
        price=prices.summary(sheet, task),
        comparable=prices.comparable(sheet, task),
        providers=tuple(dict.fromkeys(endpoint.provider.slug for endpoint in shown_endpoints(model))),
    )


def status_of(model: ModelEntry) -> tuple[Status, str]:
    """(state, one sentence of help); the help is empty where nothing needs doing."""
    if model.retired():
        return Status.RETIRED, end_text(model)
    states = [readiness(endpoint.provider, endpoint.upstream_id) for endpoint in shown_endpoints(model)]
    if any(state.ready for state in states):
        return (Status.DEPRECATED, end_text(model)) if deprecated(model) else (Status.READY, "")
    missing = first_of(states, ReadinessState.NEEDS_KEY)
    if missing:
        return Status.NEEDS_KEY, missing.help
    return Status.UNAVAILABLE, " ".join(dict.fromkeys(state.help for state in states))


def first_of(states: Iterable[Readiness], wanted: ReadinessState) -> Readiness | None:
    return next((state for state in states if state.state is wanted), None)


def deprecated(model: ModelEntry, today: date | None = None) -> bool:
    today = today or datetime.now(UTC).date()
    return model.shutdown_at is not None or (model.deprecated_at is not None and model.deprecated_at <= today)


def end_text(model: ModelEntry) -> str:
    """When the model ends or ended, and what to use instead."""
    told = []
    if model.shutdown_at:
        when = {"date": model.shutdown_at.isoformat()}
        told.append((_("Shut down on %(date)s.") if model.retired() else _("Ends on %(date)s.")) % when)
    if model.replacement:
        told.append(_("Use %(model)s instead.") % {"model": model.replacement})
    return " ".join(told)


def shown_endpoints(model: ModelEntry) -> list[EndpointEntry]:
    return [endpoint for endpoint in model.endpoints if endpoint.shown]


def price_sheet(model: ModelEntry) -> tuple[Price, ...]:
    """Prices of the endpoint that is asked first: one that is ready where there is one."""
    shown = shown_endpoints(model)
    ready = [endpoint for endpoint in shown if readiness(endpoint.provider, endpoint.upstream_id).ready]
    return next((endpoint.prices for endpoint in [*ready, *shown] if endpoint.prices), ())


def matches(entry: Listing, wanted: Filters) -> bool:
    model = entry.model
    return (
        meets(wanted.tasks, model.tasks)
        and wanted.inputs <= set(model.input_modalities)
        and meets(wanted.outputs, model.output_modalities)
        and meets(wanted.providers, entry.providers)
        and within(entry.comparable, wanted.max_price)
        and (entry.ready or not wanted.ready)
        and (wanted.retired or entry.status is not Status.RETIRED)
        and all(word in searched(entry) for word in wanted.query.casefold().split())
    )


def meets(wanted: frozenset[str], has: Iterable[str]) -> bool:
    return not wanted or not wanted.isdisjoint(has)


def within(price: Decimal | None, ceiling: Decimal | None) -> bool:
    return ceiling is None or (price is not None and price <= ceiling)


def searched(entry: Listing) -> str:
    model = entry.model
    words = (model.slug, model.name, model.author, model.description, *model.tasks, *entry.providers)
    return " ".join(words).casefold()
