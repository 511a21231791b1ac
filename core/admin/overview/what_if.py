"""What the same traffic would cost on another model, by its present prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.admin.overview.periods import Range, records_link
from core.catalogue import snapshot
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.prices import cheapest_by_name, line_text, money
from core.contract.tasks import FACTS, Task
from core.contract.usage import Amount, Kind, Unit, Usage
from core.ledger.price_sheet import PriceSheet
from core.ledger.pricing import computed
from core.ledger.rollups.sums import sums, units
from core.models import Endpoint

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """The traffic of one model; `other` is empty where the chosen one has no price for its units."""

    model: str
    requests: int
    cost: str
    other: str
    link: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`chosen` is the model that is asked about, "" for none; `text` its prices and provider."""

    models: list[str]
    chosen: str
    text: str
    lines: list[Line]
    cost: str
    other: str
    period: Range


def read(period: Range, slug: str) -> WhatIf:
    """Of all tasks that the model does, the traffic of the other models."""
    names = priced_models()
    model = snapshot.current().models.get(slug) if slug in names else None
    endpoint = model and endpoint_of(model)
    if model is None or endpoint is None:
        return WhatIf(names, "", "", [], "", "", period)
    rows = compare(period, model, endpoint)
    known = [(cost, other) for _line, cost, other in rows if other is not None]
    prices = ", ".join(line_text(price) for price in endpoint.prices[:3])
    return WhatIf(
        names,
        slug,
        f"{endpoint.provider.name}: {prices}",
        [line for line, _cost, _other in rows][:SHOWN],
        money(sum((cost for cost, _other in known), Decimal(0))),
        money(sum((other for _cost, other in known), Decimal(0))),
        period,
    )


def priced_models() -> list[str]:
    rows = Endpoint.objects.filter(enabled=True, model__enabled=True, prices__isnull=False)
    return sorted(set(rows.values_list("model__slug", flat=True)))


def endpoint_of(model: ModelEntry) -> EndpointEntry | None:
    """The first one that is asked and has prices."""
    found = sorted(model.endpoints, key=lambda end: end.priority)
    return next((end for end in found if end.visible and end.known_prices), None)


def compare(
    period: Range, model: ModelEntry, endpoint: EndpointEntry
) -> list[tuple[Line, Decimal, Decimal | None]]:
    """Of each model what it cost and would have cost, the dearest first."""
    where = {"task": [str(task) for task in model.tasks]}
    used = units(["task", "model"], period.begin, where=where)
    found = []
    for row in sorted(sums(["task", "model"], period.begin, where=where), key=lambda row: -row.cost):
        task, name = row.key
        if name == model.slug or row.key not in used:
            continue
        other = price(endpoint, used[row.key], Task(task), row.requests)
        link = records_link(period.begin, model=name, task=task)
        text = "" if other is None else money(other)
        found.append((Line(name, row.requests, money(row.cost), text, link), row.cost, other))
    return found


def price(endpoint: EndpointEntry, used: Mapping[str, Decimal], task: Task, requests: int) -> Decimal | None:
    """Quantities by the endpoint's prices without conditions; None where it is billed by other units.

    What a condition depends on, such as the length of each prompt, is not in a sum.
    """
    named = cheapest_by_name(endpoint.prices)
    counted = {name: quantity for name, quantity in used.items() if name in NAMES}
    if not FACTS[task].is_complete(named.keys() & counted.keys()):
        return None
    amounts = [Amount(*NAMES[name], quantity) for name, quantity in counted.items()]
    amounts.append(Amount(Kind.REQUEST, Unit.REQUEST, Decimal(requests)))
    return computed(Usage(tuple(amounts)), PriceSheet(named.values()), task=task)


NAMES = {f"{kind}.{unit}": (kind, unit) for kind in Kind for unit in Unit}
