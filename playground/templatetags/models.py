"""Models named in sentences; how a request ended and how sure its cost is, in words."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from core.contract.events import Outcome
from core.contract.usage import Basis

register = template.Library()

OUTCOMES = {
    Outcome.COMPLETED: gettext_lazy("completed"),
    Outcome.PARTIAL: gettext_lazy("partial"),
    Outcome.STOPPED: gettext_lazy("stopped"),
    Outcome.INTERRUPTED: gettext_lazy("interrupted"),
    Outcome.FAILED: gettext_lazy("failed"),
}
BASES = {
    Basis.REPORTED: gettext_lazy("reported by the provider"),
    Basis.COMPUTED: gettext_lazy("computed from the units"),
    Basis.ESTIMATED: gettext_lazy("an estimate"),
    Basis.UNPRICED: gettext_lazy("no price known"),
    Basis.CACHED: gettext_lazy("kept from before"),
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


@register.filter
def basis(name: str) -> str:
    """How sure a cost is, in the reader's words."""
    return str(BASES.get(name, name))
