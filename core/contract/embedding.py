"""An embedding request: texts, tokens or images to be turned into vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.contract.image import ImageFile
from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import Task


class VectorFormat(StrEnum):
    """`encoding_format` of the vectors; base64 is of little-endian 32-bit floats."""

    FLOAT = "float"
    BASE64 = "base64"


EmbeddingPart = str | tuple[int, ...] | ImageFile
"""A text, a text as token ids, or an image."""


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """One vector for each of `inputs`; one input may have several parts, as a text with its image.

    `dimensions` shortens the vectors, `input_type` says what they are for (`search_query` and the like); None
    and empty texts are the model's default.
    """

    task: ClassVar[Task] = Task.EMBEDDING

    model: str
    inputs: tuple[tuple[EmbeddingPart, ...], ...]
    dimensions: int | None = None
    input_type: str = ""
    format: VectorFormat = VectorFormat.FLOAT
    user: str = ""
    streamed: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    routing: RoutingRules = NO_RULES
