"""Times as text, in the reader's time zone and language: one way for every page."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime


def moment_text(moment: datetime) -> str:
    """`Nov 29, 2026, 14:05`."""
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")


def day_text(moment: datetime | date) -> str:
    """`Nov 29, 2026`."""
    day = localtime(moment) if isinstance(moment, datetime) else moment
    return date_format(day, "SHORT_DATE_FORMAT")


def brief_text(moment: datetime, now: datetime | None = None) -> str:
    """The time for today, day and month for this year, else the day: for narrow lists."""
    local, today = localtime(moment), localtime(now)
    if local.date() == today.date():
        return date_format(local, "H:i")
    return date_format(local, "MONTH_DAY_FORMAT") if local.year == today.year else day_text(moment)
