"""Carries out what an admin decides on findings, with an audit event for each provider and kind.

Price rows are only added: records keep the price of their day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from core.contract.errors import PolyphonyError
from core.models import AuditEvent, Endpoint, Finding, Price, Provider, User, Version
from core.models.offload import offload
from core.models.version import bump
from core.operations.findings import last_day_of, prices_of
from core.operations.model_import import import_models

TAKEN = {
    Finding.Kind.GONE: "models.retired",
    Finding.Kind.SHUTDOWN: "models.retired",
    Finding.Kind.PRICE: "prices.taken",
}
"""The names of audit events; the import of new models writes its own."""


class Decision(NamedTuple):
    """How many findings were taken, and per provider's name why its new models could not be imported."""

    taken: int
    failures: dict[str, PolyphonyError]


async def take(findings: Iterable[Finding], actor: User) -> Decision:
    """Do what they suggest: import the model, retire it, or take the new price.

    Their `provider` and `endpoint` must have been read.
    """
    groups: dict[tuple[Provider, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.provider, finding.kind].append(finding)
    taken, failures = 0, {}
    for (provider, kind), group in groups.items():
        if kind != Finding.Kind.NEW:
            taken += await offload(apply, provider, Finding.Kind(kind), group, actor)
            continue
        try:
            report = await import_models(provider.slug, [row.upstream_id for row in group], actor)
            taken += len(report.imported)
        except PolyphonyError as error:
            failures[provider.name] = error
    return Decision(taken, failures)


@transaction.atomic
def apply(provider: Provider, kind: Finding.Kind, group: Sequence[Finding], actor: User) -> int:
    """Carry out those of `group` that are still there; their number. Blocking."""
    still = Finding.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in group])
    rows = list(still.select_related("endpoint__model"))
    for row in rows:
        if row.endpoint is not None:
            CHANGES[kind](row, row.endpoint)
    if rows:
        record(TAKEN[kind], provider, rows, actor)
        done = Finding.objects.filter(pk__in=[row.pk for row in rows])
        # the day stays near: put aside, it is not found again with every list
        done.filter(kind=Finding.Kind.SHUTDOWN).update(dismissed=True)
        done.exclude(kind=Finding.Kind.SHUTDOWN).delete()
        bump(Version.CATALOGUE)
    return len(rows)


def record(action: str, provider: Provider, rows: Sequence[Finding], actor: User) -> None:
    detail = {"models": [row.model for row in rows][:100], "count": len(rows)}
    AuditEvent.objects.create(actor=actor, action=action, subject=provider.slug, detail=detail)


def retire_now(finding: Finding, endpoint: Endpoint) -> None:
    retire(endpoint, timezone.now().date())


def retire_in_time(finding: Finding, endpoint: Endpoint) -> None:
    """On its last day; at once where that day was noted before."""
    day = last_day_of(finding)
    retire(endpoint, timezone.now().date() if day == endpoint.model.shutdown_at else day)


def retire(endpoint: Endpoint, day: date) -> None:
    """The model; where other providers serve it, only its endpoint here, at once."""
    if served_elsewhere(endpoint):
        endpoint.enabled = False
        endpoint.save(update_fields=["enabled"])
    else:
        endpoint.model.shutdown_at = day
        endpoint.model.save(update_fields=["shutdown_at"])


def served_elsewhere(endpoint: Endpoint) -> bool:
    others = endpoint.model.endpoints.exclude(pk=endpoint.pk)
    return others.filter(enabled=True, provider__enabled=True).exists()


def take_prices(finding: Finding, endpoint: Endpoint) -> None:
    """New rows, valid from now."""
    Price.objects.bulk_create(
        Price(
            endpoint=endpoint,
            kind=price.kind,
            unit=price.unit,
            usd_per_unit=price.usd_per_unit,
            condition=dict(price.condition),
        )
        for price in prices_of(finding.detail["new"])
    )


CHANGES: dict[Finding.Kind, Callable[[Finding, Endpoint], None]] = {
    Finding.Kind.GONE: retire_now,
    Finding.Kind.SHUTDOWN: retire_in_time,
    Finding.Kind.PRICE: take_prices,
}


@transaction.atomic
def dismiss(findings: Sequence[Finding], actor: User, *, dismissed: bool = True) -> int:
    """Put findings aside, or bring them back; how many. Blocking."""
    count = Finding.objects.filter(pk__in=[row.pk for row in findings]).update(dismissed=dismissed)
    groups: dict[Provider, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.provider].append(finding)
    for provider, group in groups.items():
        record("findings.dismissed" if dismissed else "findings.restored", provider, group, actor)
    return count
