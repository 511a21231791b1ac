"""`POST /embeddings`: texts, token ids and, behind OpenRouter, images become vectors.

https://platform.openai.com/docs/api-reference/embeddings/create
https://openrouter.ai/docs/api-reference/embeddings/create-embeddings

Vectors are asked for in base64, a third of the size of numbers and decoded at once; servers that do not know
it send numbers. For one that refuses it the endpoint's option `vector_format` is `float`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from core.contract.chat import Media, Modality
from core.contract.embedding import EmbeddingPart, EmbeddingRequest
from core.contract.errors import UpstreamError
from core.contract.events import AnswerMetadata, Event, Used
from core.contract.image import ImageFile
from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.openai.answer_id import answer_id
from core.providers.openai.chat.usage import TokenReader, details
from core.providers.openai.errors import refusal
from core.providers.openai.router import is_router, provider_field, reported_cost
from core.providers.openai.usage_report import in_openai_names
from core.providers.openai.vendor import OpenAICalls
from core.providers.shared import http
from core.providers.shared.answers.vectors import in_order, read_vectors
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody
from core.providers.shared.json_text import string

LIMITS = http.CallLimits(total=300.0, idle=120.0, size=256 * http.MIB)
READ_IN_THREAD = http.MIB
"""Bytes above which an answer is parsed in a thread, so that other requests do not wait."""
OWN_FIELDS = frozenset({"model", "input", "encoding_format", "dimensions", "input_type", "user"})
"""Fields of the body that options cannot set."""


class OpenAIEmbedding(OpenAICalls):
    async def embed(self, target: Target, request: EmbeddingRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata` where the answer has an id, the vectors, `Used`."""
        body = self.embedding_body(target, request)
        call = self.vendor.json_call(target, "POST", "embeddings", body, target_limits(target, LIMITS))
        if isinstance(call.content, JsonBody):
            await call.content.check()
        value, header_id = await answer_of(call)
        if not isinstance(value, dict) or not isinstance(value.get("data"), list):
            raise refusal(value, call.hide)
        usage = usage_of(value.get("usage"), target)
        identity = string(value.get("id")) or header_id
        self.cost_follows(target, identity, usage)
        try:
            vectors = in_order(
                [(row_of(row, "index"), row_of(row, "embedding")) for row in value["data"]],
                len(request.inputs),
            )
        except UpstreamError as error:
            error.usage = usage
            raise
        if identity:
            yield AnswerMetadata(identity, string(value.get("model")))
        for vector in vectors:
            yield vector
        yield Used(usage)

    def embedding_body(self, target: Target, request: EmbeddingRequest) -> dict[str, Any]:
        """The JSON body; the caller's options for the provider win over those of the endpoint."""
        fields = {
            "model": target.model,
            "input": spelled_inputs(request),
            "encoding_format": target.options.get("vector_format", "base64"),
            "dimensions": request.dimensions,
            "input_type": request.input_type,
            "user": request.user,
        }
        found = {**options_at(request, target), **{name: value for name, value in fields.items() if value}}
        return found | (
            provider_field(request.preferences, found.get("provider")) if is_router(target) else {}
        )


async def answer_of(call: http.Call) -> tuple[Any, str]:
    """The answer with `bytes` for its vectors, and its id in a header."""
    async with await http.send(call) as response:
        body, found = await response.body(), answer_id(response.headers)
    return (
        await asyncio.to_thread(read_vectors, body) if len(body) > READ_IN_THREAD else read_vectors(body)
    ), found


def row_of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else None


def options_at(request: EmbeddingRequest, target: Target) -> dict[str, Any]:
    """Fields of the body from the options of the endpoint and of the caller for its provider."""
    body: Mapping[str, Any] = target.options.get("body") or {}
    caller = request.options.get(target.provider) or {}
    routing = {"provider": body["provider"]} if "provider" in body else {}
    merged = {**body, **caller, **routing}
    if not routing:
        merged.pop("provider", None)
    return {name: value for name, value in merged.items() if name not in OWN_FIELDS}


def spelled_inputs(request: EmbeddingRequest) -> Any:
    """`input` as it is written most plainly: a list of texts, of lists of ids, or of objects."""
    inputs = request.inputs
    if all(len(parts) == 1 and not isinstance(parts[0], ImageFile) for parts in inputs):
        plain = [parts[0] for parts in inputs]
        return plain[0] if len(plain) == 1 else plain
    return [{"content": [spelled_part(part) for part in parts]} for parts in inputs]


def spelled_part(part: EmbeddingPart) -> dict[str, Any]:
    if isinstance(part, ImageFile):
        return {"type": "image_url", "image_url": {"url": media(part)}}
    return {"type": "text", "text": part}


def media(image: ImageFile) -> Media:
    """The image as a file whose base64 the body's encoder writes."""
    return Media(Modality.IMAGE, image.path, image.media_type, image.size, image.name)


def usage_of(reported: Any, target: Target) -> Usage:
    """Tokens of text and of images; an estimate where none are told, as by servers that count none."""
    usage = in_openai_names(reported)
    tokens = TokenReader()
    total = tokens.count(usage.get("prompt_tokens") or usage.get("total_tokens") or None)
    if total is not None:
        tokens.prompt(total, details(usage, "prompt_tokens_details"))
    return Usage(tuple(tokens.amounts), reported_cost(usage, target), tokens.doubtful)
