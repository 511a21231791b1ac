"""Labels in templates: names of models, providers and voices, outcomes, bases of a cost, links to models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.catalogue.lookup import find
from core.contract.usage import Basis
from core.models.ledger import LedgerState
from playground import names, route_trace
from playground.models import Run
from playground.studios.cards import model_url
from playground.studios.choices.image_settings import label

SLUG = re.compile(r"([\w.-]+/[\w.:/-]*\w)")

register = template.Library()

BASES = {
    Basis.REPORTED: gettext_lazy("reported by the provider"),
    Basis.COMPUTED: gettext_lazy("computed from the units"),
    Basis.ESTIMATED: gettext_lazy("an estimate"),
    Basis.UNPRICED: gettext_lazy("no price known"),
    Basis.CACHED: gettext_lazy("from the cache"),
}


@register.simple_tag
def link_name(sentence: str, name: str, url: str) -> SafeString | str:
    """`sentence` with its first `name` as a link to `url`; unchanged where either is missing."""
    before, found, after = sentence.partition(name) if name and url else (sentence, "", "")
    return format_html('{}<a href="{}">{}</a>{}', before, url, name, after) if found else sentence


@register.filter
def link_models(sentence: str) -> SafeString:
    """`sentence` with every model slug in it replaced by a link with the model's name."""
    return format_html_join("", "{}", ((model_link(part),) for part in SLUG.split(str(sentence))))


def model_link(part: str) -> SafeString | str:
    model = find(part) if "/" in part else None
    return format_html('<a href="{}">{}</a>', model_url(model.slug), model.name) if model else part


@register.filter
def model_name(slug: str) -> str:
    return names.model_name(slug)


@register.filter
def provider_name(slug: str) -> str:
    return names.provider_name(slug)


@register.filter
def voice_of(run: Run | None) -> str:
    """The name of the requested voice; empty where there is none."""
    voice = run.params.get("voice") if run else None
    return names.voice_name(run.model, voice) if run and isinstance(voice, str) else ""


@register.filter
def picture_facts(params: Mapping[str, Any]) -> str:
    """What was asked for beside the prompt: `1024 × 1024 · High`; empty where the model chose."""
    asked = [params[name] for name in ("size", "aspect_ratio", "quality", "style") if params.get(name)]
    return " · ".join(label(str(value)) for value in asked)


@register.simple_tag
def outcome(name: str | None, state: str = "") -> str:
    """The label of an outcome; of a record without one, its state."""
    return str(
        route_trace.OUTCOMES.get(name or "", name or (_("running") if state == LedgerState.OPEN else state))
    )


@register.simple_tag
def route_messages() -> SafeString:
    """The texts for the way of a run, as the page's scripts read them."""
    script = json_script(route_trace.messages())
    return mark_safe(script.replace("<script", "<script data-messages", 1))


@register.simple_tag
def upload_retention() -> str:
    """How long files that people brought are kept; they are deleted by a job that runs once a day at most."""
    days = settings.UPLOAD_RETENTION_DAYS
    if not days:
        return _("Files are kept until you delete them.")
    return ngettext(
        "Files may be deleted after %(days)s day.", "Files may be deleted after %(days)s days.", days
    ) % {"days": days}


@register.filter
def basis(name: str) -> str:
    """The label of a cost's basis."""
    return str(BASES.get(name, name))
