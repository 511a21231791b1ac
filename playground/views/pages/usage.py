"""The page of the user's own usage: spending, budgets, days, models; its records as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import snapshot
from core.ledger import reports

DAYS = 30
CHART_HEIGHT = 96


class LineBuffer:
    """A file object for the csv writer whose `write` returns the line."""

    def write(self, line: str) -> str:
        return line


@login_required
@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    mine = [request.user.pk]
    zone = timezone.get_current_timezone()
    since = first_day(timezone.localtime())
    access = snapshot.current()
    context = {
        "spending": reports.spending(users=mine, zone=zone),
        "budgets": reports.budget_statuses(access.budgets_of(request.user.pk, request.user.team_id, None)),
        "report": reports.usage_report(users=mine, since=since),
        "bars": bars(reports.daily(users=mine, since=since, zone=zone)),
        "records": reports.records(users=mine)[:20],
        "days": DAYS,
        "height": CHART_HEIGHT,
    }
    return render(request, "playground/usage.html", context)


def first_day(today: datetime) -> datetime:
    """The midnight, in the reader's time zone, with which the first of the last `DAYS` days begins."""
    return timezone.make_aware(datetime.combine(today.date() - timedelta(days=DAYS - 1), time.min))


def bars(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A bar for each of the reader's last `DAYS` days: records and cost; sizes in units of the chart."""
    today = timezone.localdate()
    totals = {today - timedelta(days=back): [0, Decimal(0)] for back in reversed(range(DAYS))}
    for row in days:
        if row["day"] in totals:
            totals[row["day"]][0] += row["records"]
            totals[row["day"]][1] += row["cost"] or Decimal(0)
    highest = max((count for count, _cost in totals.values()), default=0) or 1
    return [
        {
            "day": day,
            "records": count,
            "cost": cost,
            "x": position * 10,
            "height": round(count / highest * (CHART_HEIGHT - 4)),
            "y": CHART_HEIGHT - round(count / highest * (CHART_HEIGHT - 4)),
        }
        for position, (day, (count, cost)) in enumerate(totals.items())
    ]


@login_required
@require_safe
def usage_csv(request: HttpRequest) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_lines(request.user.pk), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
    return response


def csv_lines(user_id: int) -> Iterator[str]:
    writer = csv.writer(LineBuffer())
    for row in reports.csv_rows(users=[user_id]):
        yield writer.writerow(row)
