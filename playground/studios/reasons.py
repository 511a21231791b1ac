"""Why a model or a control cannot be used, and which models can instead."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TypedDict

from django.utils.translation import gettext as _

from core.catalogue.listing import Listing, Status

NAMED = 3


class Availability(TypedDict):
    """`why` is empty where the model can be used; else it stands under the title `why_title`."""

    why: str
    why_title: str


def availability(entry: Listing, title: str) -> Availability:
    """`title` is that of a model that is not retired."""
    return {
        "why": "" if entry.ready else entry.help or _("No provider serves it."),
        "why_title": _("This model is retired") if entry.status is Status.RETIRED else title,
    }


def with_alternatives(sentence: str, models: Iterable[str]) -> str:
    """The sentence, and the first of the models that have what it says is lacking."""
    named = ", ".join(islice(models, NAMED))
    if not named:
        return f"{sentence} " + _("No model here can.")
    return f"{sentence} " + _("These can: %(models)s.") % {"models": named}
