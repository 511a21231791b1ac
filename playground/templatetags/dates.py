"""Times in templates: `{% moment run.created_at %}`, `{% day key.expires_at %}`."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name

from playground.dates import day_text, moment_text

register = template.Library()


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """A `time` element with date and time of day; its title names the zone."""
    return element(value, moment_text(value))


@register.simple_tag
def day(value: datetime | date) -> SafeString:
    """A `time` element with the date."""
    return element(value, day_text(value))


def element(value: datetime | date, text: str) -> SafeString:
    zone = get_current_timezone_name() if isinstance(value, datetime) else ""
    title = format_html(' title="{}"', zone) if zone else ""
    return format_html('<time datetime="{}"{}>{}</time>', value.isoformat(), title, text)
