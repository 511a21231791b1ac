"""What was spent: today, this week, this month and by its end, each day, and by whom and what."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin.overview.periods import Range, chart_days, month, next_month, records_link, today, week
from core.catalogue.prices import money
from core.ledger.rollups.sums import Sum, sums
from core.models import ApiKey, Team, User

PACE = timedelta(days=7)
"""The spending of the month to come is that of so long a time before."""
SHOWN = 6
"""Rows of each table; the others are one row."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of the page, with the way to the records behind it."""

    title: str
    amount: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class Day:
    """A bar of the chart: place and height in a drawing of 100 by 100."""

    begin: datetime
    amount: Decimal
    requests: int
    height: float
    place: float
    width: float
    link: str

    @property
    def text(self) -> str:
        return money(self.amount)

    @property
    def top(self) -> float:
        return 100 - self.height


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: `share` is that of the largest, in percent."""

    name: str
    amount: str
    requests: int
    share: float
    link: str


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Spending:
    figures: list[Figure]
    days: list[Day]
    top: str
    period: Range
    tables: list[Table]

    @property
    def used(self) -> bool:
        """Whether there is anything to show."""
        return any(day.requests for day in self.days) or any(table.lines for table in self.tables)


def read(period: Range) -> Spending:
    now, days = period.now, chart_days(period.now)
    hours = sums(["hour"], since=min(days[0], week(now), month(now), now - PACE))
    bars = chart(days, hours)
    top = max((day.amount for day in bars), default=ZERO)
    return Spending(figures(hours, now), bars, money(top), period, tables(period))


def figures(hours: Sequence[Sum], now: datetime) -> list[Figure]:
    """What an hour costs counts from its begin; zones of half an hour take part of the hour before."""
    return [
        *(
            Figure(str(title), money(total(hours, begin)), requests_text(hours, begin), records_link(begin))
            for title, begin in (
                (_("Today"), today(now)),
                (_("This week"), week(now)),
                (_("This month"), month(now)),
            )
        ),
        Figure(
            str(_("Forecast to the month's end")),
            money(forecast(hours, now)),
            str(_("at the pace of the last 7 days")),
            records_link(now - PACE),
        ),
    ]


def total(hours: Iterable[Sum], begin: datetime) -> Decimal:
    return sum((hour.cost for hour in hours if hour.key[0] >= begin), ZERO)


def requests_text(hours: Iterable[Sum], begin: datetime) -> str:
    count = sum(hour.requests for hour in hours if hour.key[0] >= begin)
    return ngettext("%s request", "%s requests", count) % f"{count:,}"


def forecast(hours: Sequence[Sum], now: datetime) -> Decimal:
    """What the month has cost, and goes on to at the pace of the last days; since the first use if later."""
    spent, recent = total(hours, month(now)), [hour for hour in hours if hour.key[0] >= now - PACE]
    if not recent:
        return spent
    elapsed = max(now - min(hour.key[0] for hour in recent), timedelta(days=1))
    left = (next_month(now) - now) / elapsed
    return spent + sum((hour.cost for hour in recent), ZERO) * Decimal(left)


def chart(days: Sequence[datetime], hours: Iterable[Sum]) -> list[Day]:
    found: defaultdict[int, list[Sum]] = defaultdict(list)
    for hour in hours:
        found[bisect_right(days, hour.key[0]) - 1].append(hour)
    costs = [sum((hour.cost for hour in found[place]), ZERO) for place in range(len(days))]
    most, step = max(costs) or Decimal(1), 100 / len(days)
    return [
        Day(
            begin,
            costs[place],
            sum(hour.requests for hour in found[place]),
            round(float(100 * costs[place] / most), 2),
            round(place * step + step * 0.12, 3),
            round(step * 0.76, 3),
            day_link(begin),
        )
        for place, begin in enumerate(days)
    ]


def day_link(begin: datetime) -> str:
    local = timezone.localtime(begin)
    names = {"year": local.year, "month": local.month, "day": local.day}
    return records_link(**{f"created_at__{name}": value for name, value in names.items()})


def user_names(ids: Sequence[Any]) -> Mapping[Any, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))


def team_names(ids: Sequence[Any]) -> Mapping[Any, str]:
    return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))


def key_names(ids: Sequence[Any]) -> Mapping[Any, str]:
    return {key.pk: key.name or str(key) for key in ApiKey.objects.filter(pk__in=ids)}


def own_names(ids: Sequence[Any]) -> Mapping[Any, str]:
    return {name: name for name in ids}


Names = Callable[[Sequence[Any]], Mapping[Any, str]]
DIMENSIONS: dict[str, tuple[Any, Any, str, Names]] = {
    "user": (_("By user"), _("nobody"), "user__id__exact", user_names),
    "team": (_("By team"), _("no team"), "team__id__exact", team_names),
    "api_key": (_("By API key"), _("in the browser"), "api_key__id__exact", key_names),
    "model": (_("By model"), "–", "model", own_names),
    "provider": (_("By provider"), "–", "provider", own_names),
}
"""What spending is told by: the title, the name of what has none, the filter of the list, and the names."""


def tables(period: Range) -> list[Table]:
    """One for each dimension, the most expensive first."""
    found = sums(list(DIMENSIONS), since=period.begin)
    return [table(name, place, found, period) for place, name in enumerate(DIMENSIONS)]


def table(name: str, place: int, found: Iterable[Sum], period: Range) -> Table:
    costs: defaultdict[Any, Decimal] = defaultdict(Decimal)
    counts: defaultdict[Any, int] = defaultdict(int)
    for row in found:
        costs[row.key[place]] += row.cost
        counts[row.key[place]] += row.requests
    keys = sorted(costs, key=lambda key: (-costs[key], -counts[key], str(key)))
    shown, rest = keys[:SHOWN], keys[SHOWN:]
    title, nobody, column, names = DIMENSIONS[name]
    known = names([key for key in shown if key not in (None, "")])
    most = max((costs[key] for key in shown), default=ZERO) or Decimal(1)

    def line(key: Any) -> Line:
        none = key in (None, "")
        filters = {f"{name}__isnull": True} if key is None else {column: key}
        text = str(nobody) if none else known.get(key, str(_("deleted")))
        link = records_link(period.begin, **filters)
        return Line(text, money(costs[key]), counts[key], share(costs[key], most), link)

    lines = [line(key) for key in shown]
    if rest:
        cost, count = sum((costs[key] for key in rest), ZERO), sum(counts[key] for key in rest)
        text = str(_("%(count)s others") % {"count": len(rest)})
        lines.append(Line(text, money(cost), count, share(cost, most), records_link(period.begin)))
    return Table(str(title), lines)


def share(cost: Decimal, most: Decimal) -> float:
    return round(min(100.0, float(100 * cost / most)), 1)
