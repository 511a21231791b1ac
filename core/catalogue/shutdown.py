"""The end of a model: when it comes, and which model can be used instead."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.readiness import readiness
from core.catalogue.snapshot import current
from core.contract.text.languages import NAMES

REHEARSAL, LOCAL = "rehearsal", "local"
"""The wires of models that pretend, and of those that are embedded."""


def deprecated(model: ModelEntry, today: date | None = None) -> bool:
    today = today or datetime.now(UTC).date()
    return model.shutdown_at is not None or (model.deprecated_at is not None and model.deprecated_at <= today)


def shutdown_text(model: ModelEntry) -> str:
    """When the model is or was shut down, and the name of the one to use instead where there is one."""
    sentences = []
    if model.shutdown_at:
        when = {"date": date_format(model.shutdown_at, "SHORT_DATE_FORMAT")}
        sentences.append((_("Shut down on %(date)s.") if model.retired() else _("Ends on %(date)s.")) % when)
    if other := successor(model):
        sentences.append(_("Use %(model)s instead.") % {"model": other.name})
    return " ".join(sentences)


def successor(model: ModelEntry) -> ModelEntry | None:
    """A model that can be used here instead: the replacement it names, else the nearest that has no end.

    The nearest does the same tasks with the same inputs in the same languages; embedded ones count where
    they are recommended, those that pretend never. The same author's come first, then as in the catalogue.
    None where no model can be used.
    """
    models = current().models
    named = models.get(model.replacement)
    if named and usable(named):
        return named
    others = (other for other in models.values() if replaces(other, model))
    near = sorted(
        others, key=lambda other: (other.author != model.author, served_by(other) == {LOCAL}, other.rank)
    )
    return next(filter(usable, near), None)


def replaces(other: ModelEntry, model: ModelEntry) -> bool:
    return (
        other.slug != model.slug
        and other.visible
        and not deprecated(other)
        and bool(model.tasks)
        and set(model.tasks) <= set(other.tasks)
        and set(model.input_modalities) <= set(other.input_modalities)
        and languages(other) >= languages(model)
        and served_by(other) != {REHEARSAL}
        and (served_by(other) != {LOCAL} or "recommended" in other.features)
    )


def languages(model: ModelEntry) -> frozenset[str]:
    """Codes of the only languages that it knows; of all languages where it is not limited."""
    return frozenset(model.limits.get("languages") or NAMES)


def served_by(model: ModelEntry) -> set[str]:
    """The wires of its endpoints."""
    return {endpoint.provider.wire for endpoint in visible_endpoints(model)}


def usable(model: ModelEntry) -> bool:
    """Whether a request for the model would find an endpoint that is ready."""
    return not model.retired() and any(
        readiness(endpoint.provider, endpoint.upstream_id).ready for endpoint in visible_endpoints(model)
    )


def visible_endpoints(model: ModelEntry) -> list[EndpointEntry]:
    return [endpoint for endpoint in model.endpoints if endpoint.visible]
