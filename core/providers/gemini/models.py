"""The list of models, with what each can take and make.

https://ai.google.dev/api/models#method:-models.list
https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.route import Target
from core.providers.gemini.connection import Connected
from core.providers.gemini.errors import error_in, objects
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count
from core.providers.shared.scrub.spellings import spellings_of

LIMITS = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)
PAGES = 10
GENERATES = "generateContent"
PUBLISHER = "publisherModels"
"""Where Vertex AI lists all models of Google's; those that are asked by other methods are left out."""
GEMINI = "gemini-"
OTHER_METHODS = ("embedding", "live", "native-audio")
"""Parts of the names of Gemini models that are asked by other methods."""
EVERYTHING = ["text", "image", "file", "audio", "video"]
SHAPES = (
    ("tts", ["text"], ["speech"]),
    ("transcribe", ["audio"], ["transcription"]),
    ("image", ["text", "image"], ["image", "text"]),
)
"""What models with a word in their names take and make; the list does not tell it. All others chat."""


class GeminiModels(Connected):
    async def models(self, target: Target) -> tuple[str, ...]:
        """Ids of the models that Google lists. https://ai.google.dev/api/models"""
        return tuple(row["id"] for row in await self.listing(target))

    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """Each model: `id`, `name`, `description`, `context_length`, `top_provider`, and `architecture`
        with the modalities of those that answer. `query` is not used.

        https://ai.google.dev/api/models#Model
        """
        connection = await self.connect(target)
        rows: list[dict[str, Any]] = []
        token = ""
        for _ in range(PAGES):
            call = connection.list_page(token, LIMITS)
            async with await http.send(call) as response:
                value = decode(await response.body())
            if spellings := spellings_of(connection.target):
                value = spellings.clean(value)
            rows += rows_of(value, call.hide)
            token = string(value.get("nextPageToken"))
            if not token or not token.replace("-", "").replace("_", "").replace("=", "").isalnum():
                break
        return tuple(rows)


def rows_of(value: Any, hide: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of one page. Raises the error that it is, or `UpstreamInvalid`."""
    if error := error_in(value, hide):
        raise error
    name = PUBLISHER if isinstance(value, dict) and PUBLISHER in value else "models"
    found = value.get(name, []) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise UpstreamInvalid("The provider answered with something else than a list of models.")
    rows = [row_of(model) for model in objects(found) if string(model.get("name"))]
    return [row for row in rows if name != PUBLISHER or "architecture" in row]


def row_of(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model in the shape of OpenRouter's list, as far as Google tells it."""
    id = string(model.get("name")).rpartition("models/")[2]
    methods = model.get("supportedGenerationMethods", [GENERATES] if answers(id) else [])
    row: dict[str, Any] = {
        "id": id,
        "name": string(model.get("displayName")) or id,
        "description": string(model.get("description")),
        "owned_by": "google",
        "context_length": count(model.get("inputTokenLimit")),
        "top_provider": {"max_completion_tokens": count(model.get("outputTokenLimit"))},
        "supported_parameters": ["reasoning"] if model.get("thinking") is True else [],
    }
    if isinstance(methods, list) and GENERATES in methods:
        inputs, outputs = shape_of(id)
        row["architecture"] = {"input_modalities": inputs, "output_modalities": outputs}
    return row


def answers(id: str) -> bool:
    """Whether a model of Vertex AI's list, which does not tell, is one of those that we can ask."""
    return id.startswith(GEMINI) and not any(word in id for word in OTHER_METHODS)


def shape_of(id: str) -> tuple[list[str], list[str]]:
    found = next(((inputs, outputs) for word, inputs, outputs in SHAPES if word in id), None)
    return found or (EVERYTHING, ["text"])
