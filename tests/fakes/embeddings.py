"""Vectors as providers write them: a unit vector for each input, in base64 or as numbers."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from typing import Any

DIMENSIONS = 24
TOKENS = 12


def numbers(index: int, dimensions: int = DIMENSIONS) -> list[float]:
    """1 at the place of the input, -0.25 everywhere else: exact in 32 bits."""
    return [1.0 if at == index % dimensions else -0.25 for at in range(dimensions)]


def packed(values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def inputs_of(body: dict[str, Any]) -> int:
    """How many inputs a body of OpenAI's shape has."""
    given = body["input"]
    return len(given) if isinstance(given, list) and not isinstance(given[0], int) else 1


def whole(body: dict[str, Any], **fields: Any) -> bytes:
    """OpenAI's answer: in base64 where that was asked for."""
    vectors = [numbers(index, body.get("dimensions") or DIMENSIONS) for index in range(inputs_of(body))]
    encoded = body.get("encoding_format") == "base64"
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(packed(vector)).decode() if encoded else vector,
        }
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": TOKENS, "total_tokens": TOKENS, **fields.pop("usage", {})}
    return json.dumps(
        {"object": "list", "data": data, "model": body["model"], "usage": usage, **fields}
    ).encode()


def mistral(body: dict[str, Any]) -> bytes:
    """Mistral's, which counts more and has an id."""
    dimensions = body.get("output_dimension") or DIMENSIONS
    usage = {"completion_tokens": 0, "prompt_audio_seconds": None}
    return whole({**body, "dimensions": dimensions}, id="embd-1", usage=usage)


def google(body: dict[str, Any], *, counted: bool = True) -> bytes:
    """Google's, by `batchEmbedContents`."""
    found = [
        {"values": numbers(index, request.get("outputDimensionality") or DIMENSIONS)}
        for index, request in enumerate(body["requests"])
    ]
    usage = {"usageMetadata": {"promptTokenCount": TOKENS, "totalTokenCount": TOKENS}} if counted else {}
    return json.dumps({"embeddings": found, **usage}).encode()
