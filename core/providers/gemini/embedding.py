"""Vectors by `batchEmbedContents`: texts and, from models that take them, images.

https://ai.google.dev/api/embeddings#method:-models.batchembedcontents
https://ai.google.dev/gemini-api/docs/embeddings
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any

from core.contract.chat import Media, Modality
from core.contract.embedding import EmbeddingPart, EmbeddingRequest
from core.contract.errors import InvalidRequest, Unsupported, UpstreamError, UpstreamInvalid
from core.contract.events import Event, Used
from core.contract.image import ImageFile
from core.contract.route import Target
from core.contract.usage import Kind, Usage
from core.providers.gemini.connection import Connected, model_name
from core.providers.gemini.errors import error_in, objects
from core.providers.gemini.usage import usage_of
from core.providers.shared import http
from core.providers.shared.answers.vectors import in_order, read_vectors
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=300.0, idle=120.0, size=256 * http.MIB)
TASK_TYPES = {
    "query": "RETRIEVAL_QUERY",
    "search_query": "RETRIEVAL_QUERY",
    "document": "RETRIEVAL_DOCUMENT",
    "passage": "RETRIEVAL_DOCUMENT",
    "search_document": "RETRIEVAL_DOCUMENT",
    "retrieval_query": "RETRIEVAL_QUERY",
    "retrieval_document": "RETRIEVAL_DOCUMENT",
    "similarity": "SEMANTIC_SIMILARITY",
    "semantic_similarity": "SEMANTIC_SIMILARITY",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
    "question_answering": "QUESTION_ANSWERING",
    "fact_verification": "FACT_VERIFICATION",
    "code_retrieval_query": "CODE_RETRIEVAL_QUERY",
}
"""Google's `taskType` by `input_type`, in the words of others and in its own.

https://ai.google.dev/api/embeddings#tasktype
"""


class GeminiEmbedding(Connected):
    async def embed(self, target: Target, request: EmbeddingRequest) -> AsyncGenerator[Event, None]:
        """The vectors, then `Used`.

        https://ai.google.dev/api/embeddings#method:-models.batchembedcontents
        """
        connection, body = await self.connect(target), embedding_body(target, request)
        path = f"{connection.models}/{model_name(target.model)}:batchEmbedContents"
        limits = target_limits(target, LIMITS)
        call = connection.vendor.json_call(connection.target, "POST", path, body, limits)
        if isinstance(call.content, JsonBody):
            await call.content.check()
        async with await http.send(call) as response:
            value = await asyncio.to_thread(read_vectors, await response.body())
        if failure := error_in(value, call.hide):
            raise failure
        if not isinstance(value, dict):
            raise UpstreamInvalid("The provider answered with something else than was asked for.")
        usage = embedding_usage(value.get("usageMetadata"))
        try:
            rows = [(None, row.get("values")) for row in objects(value.get("embeddings"))]
            vectors = in_order(rows, len(request.inputs))
        except UpstreamError as error:
            error.usage = usage
            raise
        for vector in vectors:
            yield vector
        yield Used(usage)


def embedding_body(target: Target, request: EmbeddingRequest) -> dict[str, Any]:
    """A request for each input; all of them name the model again.

    https://ai.google.dev/api/embeddings#EmbedContentRequest
    """
    options: dict[str, Any] = {}
    if request.dimensions:
        options["outputDimensionality"] = request.dimensions
    if request.input_type:
        options["taskType"] = task_type(request.input_type)
    model = f"models/{model_name(target.model)}"
    return {
        "requests": [
            {"model": model, "content": {"parts": [part_of(part) for part in parts]}, **options}
            for parts in request.inputs
        ]
    }


def task_type(name: str) -> str:
    """Raises `InvalidRequest` for a use that Google does not know."""
    found = TASK_TYPES.get(name.casefold())
    if found is None:
        raise InvalidRequest(
            f"input_type must be one of {', '.join(TASK_TYPES)}.",
            param="input_type",
            metadata={"values": list(TASK_TYPES)},
        )
    return found


def part_of(part: EmbeddingPart) -> dict[str, Any]:
    """https://ai.google.dev/api/caching#Part"""
    if isinstance(part, str):
        return {"text": part}
    if isinstance(part, ImageFile):
        media = Media(Modality.IMAGE, part.path, part.media_type, part.size, part.name)
        return {"inlineData": {"mimeType": part.media_type, "data": media}}
    raise Unsupported("Google takes texts, no token ids.", param="input")


def embedding_usage(reported: Any) -> Usage:
    """Tokens by kind; an estimate where none are told, as by the first models of Google's."""
    metadata: Mapping[str, Any] = reported if isinstance(reported, dict) else {}
    if not metadata.get("promptTokenCount"):
        return Usage(estimated=True)
    rows = metadata.get("promptTokenDetails") or metadata.get("promptTokensDetails")
    counts = {
        name: metadata.get(name) for name in ("promptTokenCount", "totalTokenCount") if name in metadata
    }
    found = usage_of({**counts, "promptTokensDetails": rows})
    return replace(
        found, amounts=tuple(amount for amount in found.amounts if amount.kind is not Kind.TEXT_OUT)
    )
