"""Writes the seed's price sheets: changed lines become new rows, a sheet edited by an admin stays."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from core.catalogue.seed.files import Values
from core.models import Endpoint, Price

ROW_DIGITS, SHEET_DIGITS = 32, 16
"""Lengths in an endpoint's `seed_digest`: digest of its row, of the seed's sheet, of the sheet in force."""

PriceKey = tuple[str, str, str]
"""Kind, unit, and the condition as JSON."""

SheetAmounts = dict[PriceKey, Decimal]


def seed_prices(
    endpoints: Mapping[tuple[str, str], Endpoint], wanted: Mapping[tuple[str, str], list[Values]]
) -> tuple[int, int]:
    """Write the sheets that are new or changed: (rows written, sheets an admin had edited)."""
    now = timezone.now()
    in_force = sheets_in_force(endpoints.values(), now)
    rows, updated, skipped = [], [], 0
    for key, lines in wanted.items():
        endpoint = endpoints[key]
        sheet = {price_key(line): Decimal(line["usd_per_unit"]) for line in lines}
        seed_digest, force_digest = (
            endpoint.seed_digest[ROW_DIGITS : ROW_DIGITS + SHEET_DIGITS],
            endpoint.seed_digest[ROW_DIGITS + SHEET_DIGITS :],
        )
        if not endpoint.seed_digest or seed_digest == digest(sheet):
            continue
        current = in_force[endpoint.pk]
        if force_digest != (digest(current) if seed_digest else ""):
            skipped += 1
            continue
        rows += [new_row(endpoint, line, now) for line in lines if differs(line, current)]
        endpoint.seed_digest = (
            endpoint.seed_digest[:ROW_DIGITS] + digest(sheet) + digest({**current, **sheet})
        )
        updated.append(endpoint)
    Price.objects.bulk_create(rows)
    Endpoint.objects.bulk_update(updated, ["seed_digest"])
    return len(rows), skipped


def sheets_in_force(endpoints: Iterable[Endpoint], now: datetime) -> dict[int, SheetAmounts]:
    """Per endpoint the amount of every line at `now`: the row with the latest date wins."""
    sheets: dict[int, SheetAmounts] = defaultdict(dict)
    ids = [endpoint.pk for endpoint in endpoints]
    rows = Price.objects.filter(endpoint_id__in=ids, valid_from__lte=now).order_by("valid_from", "pk")
    for row in rows:
        condition = json.dumps(row.condition, sort_keys=True)
        sheets[row.endpoint_id][row.kind, row.unit, condition] = row.usd_per_unit
    return sheets


def price_key(line: Values) -> PriceKey:
    return line["kind"], line["unit"], json.dumps(line.get("condition", {}), sort_keys=True)


def differs(line: Values, current: SheetAmounts) -> bool:
    return current.get(price_key(line)) != Decimal(line["usd_per_unit"])


def new_row(endpoint: Endpoint, line: Values, now: datetime) -> Price:
    dated = parse_datetime(line["valid_from"]) if line.get("valid_from") else None
    return Price(
        endpoint=endpoint,
        kind=line["kind"],
        unit=line["unit"],
        usd_per_unit=Decimal(line["usd_per_unit"]),
        condition=line.get("condition", {}),
        valid_from=dated or now,
    )


def digest(sheet: SheetAmounts) -> str:
    lines = sorted((*line, format(amount.normalize(), "f")) for line, amount in sheet.items())
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:SHEET_DIGITS]
