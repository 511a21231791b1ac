"""The statistics of endpoints in words, for people."""

from __future__ import annotations

from math import floor

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.ledger.statistics import Window


def day_text(window: Window) -> str:
    """`1,234 attempts, uptime 99.6%, first content after 320 ms (95th percentile 1,400 ms), 52 tokens/s`."""
    number = number_format(window.attempts, use_l10n=True, force_grouping=True)
    parts = [ngettext("%s attempt", "%s attempts", window.attempts) % number]
    if uptime := uptime_text(window):
        parts.append(_("uptime %s") % uptime)
    if window.latency:
        times = {
            "median": number_format(window.latency.p50, 0, use_l10n=True, force_grouping=True),
            "slow": number_format(window.latency.p95, 0, use_l10n=True, force_grouping=True),
        }
        parts.append(_("first content after %(median)s ms (95th percentile %(slow)s ms)") % times)
    if throughput := throughput_text(window):
        parts.append(throughput)
    return ", ".join(parts)


def throughput_text(window: Window) -> str:
    """The median of what came each second; empty where it was not measured."""
    if window.tokens:
        return _("%s tokens/s") % short_number(window.tokens.p50)
    if window.audio:
        return _("%s s of audio per second") % short_number(window.audio.p50)
    return ""


def uptime_text(window: Window) -> str:
    """A percentage, 100 only where nothing failed; empty where it is not known."""
    if window.uptime is None:
        return ""
    return f"{short_number(floor(window.uptime * 10) / 10)}%"


def short_number(number: float) -> str:
    """With one decimal where it has one and is below 100, in the reader's language."""
    decimals = 0 if number >= 100 or number == round(number) else 1
    return number_format(number, decimals, use_l10n=True)
