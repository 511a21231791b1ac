"""How providers do: what failed in the last day, with the last words, and the time to the first content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.admin.overview.periods import records_link
from core.ledger import statistics
from core.models import Attempt, Endpoint

DAY = timedelta(days=1)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Failures:
    """Of one provider: how many attempts failed, and what was said of the last one."""

    provider: str
    count: int
    words: str
    model: str
    at: datetime
    link: str
    record: str


@dataclass(frozen=True, slots=True)
class Latency:
    """Of one provider, the time to the first content."""

    provider: str
    attempts: int
    median: str
    slow: str
    link: str


@dataclass(frozen=True, slots=True)
class Health:
    failures: list[Failures]
    latencies: list[Latency]


def read() -> Health:
    return Health(failures(timezone.now() - DAY), latencies())


def failures(since: datetime) -> list[Failures]:
    """Those with the most first."""
    found = Attempt.objects.filter(outcome="failed", started_at__gte=since).order_by()
    groups = found.values("provider").annotate(count=Count("id"), last=Max("id")).order_by("-count")[:SHOWN]
    counts = {row["last"]: row["count"] for row in groups}
    rows = sorted(Attempt.objects.filter(pk__in=counts), key=lambda row: -counts[row.pk])
    return [
        Failures(
            row.provider,
            counts[row.pk],
            " ".join(str(part) for part in (row.status, row.reason) if part),
            row.model,
            row.started_at,
            records_link(since, provider=row.provider, outcome="failed"),
            records_link(public_id=row.record),
        )
        for row in rows
    ]


def latencies() -> list[Latency]:
    """The slowest first, as this server has read the attempts of the last day."""
    providers = dict(Endpoint.objects.values_list("pk", "provider__slug"))
    found = statistics.history.day_by(providers)
    known = [(row.latency, row.attempts, name) for name, row in found.items() if row.latency is not None]
    slowest = sorted(known, key=lambda row: -row[0].p95)[:SHOWN]
    link = f"{reverse('admin:core_endpoint_changelist')}?provider__slug="
    return [
        Latency(provider, attempts, seconds(latency.p50), seconds(latency.p95), link + provider)
        for latency, attempts, provider in slowest
    ]


def seconds(milliseconds: float) -> str:
    return _("%s s") % number_format(milliseconds / 1000, 2)
