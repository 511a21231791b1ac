"""The list of models, with what each can take and make: https://docs.mistral.ai/api/endpoint/models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.route import Target
from core.providers.openai.models import OpenAIModels
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count

CHAT = {"vision": ["image", "file"], "audio": ["audio"]}
"""What a chat model takes beside text; documents go to those that see."""
PARAMETERS = {"function_calling": "tools", "reasoning": "reasoning"}


class MistralModels(OpenAIModels):
    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """Each model: `id`, `name`, `description`, `context_length`, `architecture` with the modalities of
        those that we can ask, and of one that ends `shutdown_date` and `replacement`. `query` is not used.

        https://docs.mistral.ai/api/endpoint/models#operation-list_models_v1_models_get
        """
        return tuple(row_of(model) for model in await super().listing(target))


def row_of(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model in the shape of OpenRouter's list, as far as Mistral tells it."""
    given = model.get("capabilities")
    able: Mapping[str, Any] = given if isinstance(given, dict) else {}
    row: dict[str, Any] = {
        "id": model["id"],
        "name": string(model.get("name")) or model["id"],
        "description": string(model.get("description")),
        "owned_by": string(model.get("owned_by")) or "mistralai",
        "context_length": count(model.get("max_context_length")),
        "supported_parameters": parameters_of(able),
        # what Mistral calls its deprecation is the time at which the model is removed
        "shutdown_date": string(model.get("deprecation")),
        "replacement": string(model.get("deprecation_replacement_model")),
    }
    if shape := shape_of(able):
        row["architecture"] = {"input_modalities": shape[0], "output_modalities": shape[1]}
    return row


def shape_of(able: Mapping[str, Any]) -> tuple[list[str], list[str]] | None:
    """What a model takes and makes; None where neither is known here, as of those for embeddings."""
    if able.get("audio_speech") is True:
        return ["text"], ["speech"]
    if able.get("audio_transcription") is True:
        return ["audio"], ["transcription"]
    if able.get("completion_chat") is not True:
        return None
    more = [modality for name, taken in CHAT.items() if able.get(name) is True for modality in taken]
    return ["text", *more], ["text"]


def parameters_of(able: Mapping[str, Any]) -> list[str]:
    known = [parameter for name, parameter in PARAMETERS.items() if able.get(name) is True]
    return [*known, "response_format"] if able.get("completion_chat") is True else known
