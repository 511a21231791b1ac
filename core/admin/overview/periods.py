"""Days, weeks and months of the reader's time zone, and the range that the page is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)
CHART_DAYS = 30


def midnight(moment: datetime) -> datetime:
    """When the day of a moment began; a zone's clock may have changed since."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def today(now: datetime) -> datetime:
    return midnight(timezone.localtime(now))


def week(now: datetime) -> datetime:
    """Monday's midnight."""
    begin = today(now)
    return midnight(begin - begin.weekday() * DAY)


def month(now: datetime) -> datetime:
    return today(now).replace(day=1)


def next_month(now: datetime) -> datetime:
    return midnight((month(now) + 32 * DAY).replace(day=1))


def chart_days(now: datetime) -> list[datetime]:
    """The begins of the last days, today's last."""
    begin = today(now)
    return [midnight(begin - number * DAY) for number in reversed(range(CHART_DAYS))]


BEGINS = {
    "today": (_("Today"), today),
    "week": (_("This week"), week),
    "month": (_("This month"), month),
    "30": (_("30 days"), lambda now: chart_days(now)[0]),
}
"""Ranges by the value of the page's parameter: name, and when it began."""


@dataclass(frozen=True, slots=True)
class Range:
    """From `begin` until now."""

    name: str
    begin: datetime
    now: datetime

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Range:
        """The one that is asked for; the month where none is, or an unknown one."""
        name, now = str(given.get("range", "")), timezone.now()
        name = name if name in BEGINS else "month"
        return cls(name, BEGINS[name][1](now), now)

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Of each range the parameter, the name, and whether it is this one."""
        return [(name, str(text), name == self.name) for name, (text, _begin) in BEGINS.items()]


def records_link(since: datetime | None = None, **filters: object) -> str:
    """The list of usage records with these filters, those made from `since` on."""
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    if since is not None:
        given["created_at__gte"] = since.isoformat()
    return f"{reverse('admin:core_usagerecord_changelist')}?{urlencode(given)}"
