"""A model of the rehearsal that makes vectors."""

from __future__ import annotations

import base64
import struct
from decimal import Decimal
from typing import Any

from core.models import AIModel, Endpoint, Price, Provider

SLUG = "stage/vectors"
PRICE = Decimal("0.01")
HELLO = {"model": SLUG, "input": "Hello there"}


def make_embedding_model(slug: str = SLUG, **options: Any) -> AIModel:
    """`options` are those of the endpoint: `fail`, `delay` and the like."""
    stage, _ = Provider.objects.get_or_create(
        slug="stage", defaults={"name": "Stage", "wire": "rehearsal", "internal": True, "needs_key": False}
    )
    model = AIModel.objects.create(
        slug=slug, name="Vectors", author="Stage", description="Vectors for tests.", tasks=["embedding"],
        input_modalities=["text", "image"], output_modalities=["embeddings"], context_length=8,
        features=["dimensions", "input_type", "token_ids"],
        limits={"inputs": 2048, "dimensions": 4096, "characters": 40_000},
    )  # fmt: skip
    endpoint = Endpoint.objects.create(
        model=model, provider=stage, upstream_id="rehearsal-embedding", options=options
    )
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="token", usd_per_unit=PRICE)
    return model


def numbers(encoded: str) -> list[float]:
    """The numbers of a vector in base64."""
    data = base64.b64decode(encoded)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
