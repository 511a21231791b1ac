"""How long a provider's headers ask us to wait: `Retry-After`, and resets of limits that are used up.

https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers,
https://console.groq.com/docs/rate-limits, https://openrouter.ai/docs/api-reference/limits
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds."""
RESET = re.compile(r"x-ratelimit-reset(?:-[\w-]+)?")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{0,9})?")
DURATION = re.compile(
    r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6}(?:\.\d{0,9})?)s)?(?:(\d{1,6})ms)?"
)
SECONDS = (86_400.0, 3600.0, 60.0, 1.0, 0.001)
"""Of the parts of `DURATION`."""
EPOCH = 1_000_000_000.0
"""From here a number is a time in seconds since 1970; a thousand times that, in milliseconds."""


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds of `Retry-After`, a number or a date, or of `retry-after-ms`, which Azure and OpenAI send.

    Between 0 and an hour; None without a usable header.
    """
    milliseconds = number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return capped(milliseconds / 1000)
    text = headers.get("retry-after", "").strip()
    seconds = number(text)
    if seconds is not None:
        return capped(seconds)
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return capped((date - (now or datetime.now(UTC))).total_seconds())


def limit_reset(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the last of the limits that are used up is reset; None where none is used up."""
    names = {name.lower(): value for name, value in headers.items()}
    waits = []
    for name, value in names.items():
        found = RESET.fullmatch(name)
        wait = seconds_until(value, now) if found else None
        if found and wait is not None:
            left = number(names.get(name.replace("reset", "remaining", 1)))
            waits += [wait] if left is None or left <= 0 else []
    return max(waits, default=None)


def seconds_until(text: str, now: datetime | None = None) -> float | None:
    """Seconds until a reset: a duration such as `6m0s` or `21.5s`, a number of seconds, a time since 1970."""
    value = number(text)
    if value is None:
        return duration(text)
    if value >= EPOCH:
        value /= 1000 if value >= EPOCH * 1000 else 1
        value -= (now or datetime.now(UTC)).timestamp()
    return capped(value)


def duration(text: str) -> float | None:
    """Seconds of a duration in Go's spelling, which Google's is a part of; None for anything else."""
    parts = DURATION.fullmatch(text.strip())
    if parts is None or not any(parts.groups()):
        return None
    return capped(sum(float(part or 0) * unit for part, unit in zip(parts.groups(), SECONDS, strict=True)))


def number(text: str | None) -> float | None:
    text = (text or "").strip()
    return float(text) if NUMBER.fullmatch(text) else None


def capped(seconds: float) -> float:
    return min(max(math.ceil(seconds * 1000) / 1000, 0.0), LONGEST)
