"""`POST /embeddings` at Mistral, whose fields have other names: texts only.

https://docs.mistral.ai/api/endpoint/embeddings
"""

from __future__ import annotations

from typing import Any

from core.contract.embedding import EmbeddingRequest
from core.contract.errors import Unsupported
from core.contract.route import Target
from core.providers.mistral.fields import options_of
from core.providers.openai.embedding import OpenAIEmbedding

OWN_FIELDS = ("model", "input", "encoding_format", "output_dimension", "output_dtype")
"""Fields that options cannot set: vectors are of 32-bit floats."""


class MistralEmbedding(OpenAIEmbedding):
    def embedding_body(self, target: Target, request: EmbeddingRequest) -> dict[str, Any]:
        """https://docs.mistral.ai/api/endpoint/embeddings"""
        fields = {"output_dimension": request.dimensions} if request.dimensions else {}
        options = options_of(target, request, OWN_FIELDS)
        return {**options, "model": target.model, "input": texts(request), **fields}


def texts(request: EmbeddingRequest) -> list[str]:
    """Raises `Unsupported` for token ids, images, and inputs of several parts."""
    found = [parts[0] for parts in request.inputs if len(parts) == 1]
    texts = [part for part in found if isinstance(part, str)]
    if len(texts) != len(request.inputs):
        raise Unsupported("Mistral takes texts, no token ids and no images.", param="input")
    return texts
