"""Models named in sentences, and how a request ended in words."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from core.contract.events import Outcome

register = template.Library()

OUTCOMES = {
    Outcome.COMPLETED: gettext_lazy("completed"),
    Outcome.PARTIAL: gettext_lazy("partial"),
    Outcome.STOPPED: gettext_lazy("stopped"),
    Outcome.INTERRUPTED: gettext_lazy("interrupted"),
    Outcome.FAILED: gettext_lazy("failed"),
}


@register.simple_tag
def linked(sentence: str, name: str, url: str) -> SafeString | str:
    """`sentence` with its first `name` as a link to `url`; as it is where either is missing."""
    before, found, after = sentence.partition(name) if name and url else (sentence, "", "")
    return format_html('{}<a href="{}">{}</a>{}', before, url, name, after) if found else sentence


@register.simple_tag
def outcome(name: str | None, state: str = "") -> str:
    """An outcome in the reader's words; a record without one is told by its state."""
    return str(OUTCOMES.get(name or "", name or state))
