"""Who says in English what a model only writes down: language models, the cheapest first."""

from __future__ import annotations

from decimal import Decimal

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.snapshot import CatalogueSnapshot, current
from core.contract.chat import Modality
from core.contract.errors import Unsupported
from core.contract.tasks import Task
from core.contract.translation import TranslationRequest
from core.contract.usage import Kind, Unit

EMBEDDED = "local"
NAMED = 5
PRICED = ((Kind.TEXT_IN, Unit.TOKEN), (Kind.TEXT_OUT, Unit.TOKEN))


def needs_translator(request: TranslationRequest, model: ModelEntry) -> bool:
    """Whether it takes a second model: where the first has no translation, or the caller names one."""
    if Task.TRANSCRIPTION not in model.tasks:
        return False
    return request.translator is not None or Task.TRANSLATION not in model.tasks


def translators(snapshot: CatalogueSnapshot | None = None) -> list[ModelEntry]:
    """Models that can be asked now, the cheapest first, unpriced ones last."""
    found = [
        model
        for model in (snapshot or current()).models.values()
        if model.shown and not model.retired() and is_language_model(model) and lookup.callable_now(model)
    ]
    return sorted(found, key=lambda model: (price(model) is None, price(model) or 0, model.slug))


def translator(request: TranslationRequest) -> ModelEntry:
    """The model the caller names, else the cheapest. Raises `Unsupported` naming what else there is."""
    if request.translator is None:
        if able := translators():
            return able[0]
        raise no_translator(request)
    chosen = lookup.get_for(request.translator, Task.CHAT)
    if not is_language_model(chosen):
        names = [model.slug for model in translators()]
        others = f" These can: {', '.join(names[:NAMED])}." if names else ""
        raise Unsupported(
            f"{chosen.slug} cannot translate: it is no language model.{others}",
            param="translator",
            metadata={"models": names},
        )
    return chosen


def is_language_model(model: ModelEntry) -> bool:
    """Reads and writes text, at somebody's who has one: the embedded provider only measures."""
    return (
        Task.CHAT in model.tasks
        and Modality.TEXT in (model.input_modalities or (Modality.TEXT,))
        and Modality.TEXT in (model.output_modalities or (Modality.TEXT,))
        and any(endpoint.shown and endpoint.provider.wire != EMBEDDED for endpoint in model.endpoints)
    )


def price(model: ModelEntry) -> Decimal | None:
    """USD for a token in and a token out, at the endpoint where that is least."""
    sums = [
        sum((row.usd_per_unit for row in endpoint.prices if (row.kind, row.unit) in PRICED), Decimal(0))
        for endpoint in model.endpoints
        if endpoint.shown and endpoint.prices
    ]
    return min(sums, default=None)


def no_translator(request: TranslationRequest) -> Unsupported:
    able = lookup.capable_models(Task.TRANSLATION)
    names = f" These translate by themselves: {', '.join(able[:NAMED])}." if able else ""
    return Unsupported(
        f"{request.model} only writes down what it hears, and no language model is ready to translate."
        f"{names}",
        param="model",
        code="no_translator",
        metadata={"models": able},
    )
