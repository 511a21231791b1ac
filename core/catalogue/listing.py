"""The catalogue as a list: every visible model with its status and price, filtered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.catalogue import prices
from core.catalogue.entries import ModelEntry
from core.catalogue.readiness import Readiness, ReadinessState, readiness
from core.catalogue.shutdown import deprecated, shutdown_text, visible_endpoints
from core.catalogue.snapshot import CatalogueSnapshot, current
from core.contract.usage import Price

ANY: frozenset[str] = frozenset()


class Status(StrEnum):
    """Whether a model can be used, in the order of the list; a deprecated one can still be called."""

    READY = "ready"
    DEPRECATED = "deprecated"
    NEEDS_KEY = "needs_key"
    UNAVAILABLE = "unavailable"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Listing:
    """A model for a card: `help` is what an admin must do, `price` a text, `comparable` a price to sort by.

    `providers` are slugs.
    """

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
        """Whether its shutdown is announced, callable or not."""
        return deprecated(self.model) and self.status is not Status.RETIRED


@dataclass(frozen=True, slots=True)
class Filters:
    """Every condition must hold; an empty one holds always.

    Within one set any member is enough, except `inputs`, where all are needed. `max_price` is in USD for the
    task's usual unit (see `prices.comparable`); with it unpriced models are left out.
    """

    query: str = ""
    tasks: frozenset[str] = ANY
    inputs: frozenset[str] = ANY
    outputs: frozenset[str] = ANY
    providers: frozenset[str] = ANY
    max_price: Decimal | None = None
    ready: bool = False
    retired: bool = True


def listings(filters: Filters | None = None, snapshot: CatalogueSnapshot | None = None) -> list[Listing]:
    """Visible models that match: by status, then by their rank."""
    snapshot = snapshot or current()
    wanted = filters or Filters()
    found = (listing(model) for model in snapshot.models.values() if model.visible)
    order = list(Status)
    return sorted(
        (entry for entry in found if matches(entry, wanted)),
        key=lambda entry: (order.index(entry.status), entry.model.rank),
    )


def listing(model: ModelEntry) -> Listing:
    status, advice = status_of(model)
    sheet = price_sheet(model)
    task = model.tasks[0] if model.tasks else None
    return Listing(
        model=model,
        status=status,
        help=advice,
        price=prices.summary(sheet, task),
        comparable=prices.comparable(sheet, task),
        providers=tuple(dict.fromkeys(endpoint.provider.slug for endpoint in visible_endpoints(model))),
    )


def status_of(model: ModelEntry) -> tuple[Status, str]:
    """(status, one sentence of help); the help is empty where there is nothing to do."""
    if model.retired():
        return Status.RETIRED, shutdown_text(model)
    states = [readiness(endpoint.provider, endpoint.upstream_id) for endpoint in visible_endpoints(model)]
    if any(state.ready for state in states):
        return (Status.DEPRECATED, shutdown_text(model)) if deprecated(model) else (Status.READY, "")
    missing = first_of(states, ReadinessState.NEEDS_KEY)
    if missing:
        return Status.NEEDS_KEY, missing.help
    return Status.UNAVAILABLE, " ".join(dict.fromkeys(state.help for state in states))


def first_of(states: Iterable[Readiness], wanted: ReadinessState) -> Readiness | None:
    return next((state for state in states if state.state is wanted), None)


def price_sheet(model: ModelEntry) -> tuple[Price, ...]:
    """Prices of the first priced endpoint, those that are ready before the others."""
    visible = visible_endpoints(model)
    ready = [endpoint for endpoint in visible if readiness(endpoint.provider, endpoint.upstream_id).ready]
    return next((found for endpoint in [*ready, *visible] if (found := endpoint.known_prices)), ())


def matches(entry: Listing, wanted: Filters) -> bool:
    model = entry.model
    return (
        has_any(wanted.tasks, model.tasks)
        and wanted.inputs <= set(model.input_modalities)
        and has_any(wanted.outputs, model.output_modalities)
        and has_any(wanted.providers, entry.providers)
        and within_price(entry.comparable, wanted.max_price)
        and (entry.ready or not wanted.ready)
        and (wanted.retired or entry.status is not Status.RETIRED)
        and all(word in search_text(entry) for word in wanted.query.casefold().split())
    )


def has_any(wanted: frozenset[str], has: Iterable[str]) -> bool:
    return not wanted or not wanted.isdisjoint(has)


def within_price(price: Decimal | None, ceiling: Decimal | None) -> bool:
    return ceiling is None or (price is not None and price <= ceiling)


def search_text(entry: Listing) -> str:
    model = entry.model
    words = (model.slug, model.name, model.author, model.description, *model.tasks, *entry.providers)
    return " ".join(words).casefold()
