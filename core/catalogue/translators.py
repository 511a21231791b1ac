"""Chat models that translate the transcript of a model which cannot translate itself, cheapest first."""

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
"""The wire of the models that run in this program: its chat model is no language model."""
LISTED = 5
PRICED = ((Kind.TEXT_IN, Unit.TOKEN), (Kind.TEXT_OUT, Unit.TOKEN))


def needs_translator(request: TranslationRequest, model: ModelEntry) -> bool:
    """Whether a second model is needed: the first cannot translate, or the caller names a translator."""
    if Task.TRANSCRIPTION not in model.tasks:
        return False
    return request.translator is not None or Task.TRANSLATION not in model.tasks


def ready_translators(snapshot: CatalogueSnapshot | None = None) -> list[ModelEntry]:
    """Language models that can be called now, the cheapest first, unpriced ones last."""
    models = [
        model
        for model in (snapshot or current()).models.values()
        if model.visible and not model.retired() and is_language_model(model) and lookup.callable_now(model)
    ]
    return sorted(models, key=lambda model: (token_price(model) is None, token_price(model) or 0, model.slug))


def choose_translator(request: TranslationRequest) -> ModelEntry:
    """The model the caller names, else the cheapest. Raises `Unsupported` naming the possible ones."""
    if request.translator is None:
        if models := ready_translators():
            return models[0]
        raise no_translator(request)
    chosen = lookup.get_for(request.translator, Task.CHAT)
    if not is_language_model(chosen):
        names = [model.slug for model in ready_translators()]
        others = f" These can: {', '.join(names[:LISTED])}." if names else ""
        raise Unsupported(
            f"{chosen.slug} cannot translate: it is no language model.{others}",
            param="translator",
            metadata={"models": names},
        )
    return chosen


def is_language_model(model: ModelEntry) -> bool:
    """Whether it reads and writes text, at an endpoint other than the embedded provider's."""
    return (
        Task.CHAT in model.tasks
        and Modality.TEXT in (model.input_modalities or (Modality.TEXT,))
        and Modality.TEXT in (model.output_modalities or (Modality.TEXT,))
        and any(endpoint.visible and endpoint.provider.wire != EMBEDDED for endpoint in model.endpoints)
    )


def token_price(model: ModelEntry) -> Decimal | None:
    """USD for one token in and one out, at the cheapest endpoint; None when unpriced."""
    sums = [
        sum((row.usd_per_unit for row in endpoint.known_prices if (row.kind, row.unit) in PRICED), Decimal(0))
        for endpoint in model.endpoints
        if endpoint.visible and endpoint.known_prices
    ]
    return min(sums, default=None)


def no_translator(request: TranslationRequest) -> Unsupported:
    models = lookup.capable_models(Task.TRANSLATION)
    names = f" These translate by themselves: {', '.join(models[:LISTED])}." if models else ""
    return Unsupported(
        f"{request.model} only writes down what it hears, and no language model is ready to translate."
        f"{names}",
        param="model",
        code="no_translator",
        metadata={"models": models},
    )
