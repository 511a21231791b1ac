"""Collects the events of an embedding request into vectors."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.contract.embedding import EmbeddingRequest
from core.contract.events import Embedding, Event


@dataclass(slots=True)
class EmbeddingCollector:
    """The `Collector` of vectors: one for each input, in their order, as 32-bit floats."""

    vectors: list[Embedding] = field(default_factory=list)

    def note(self, event: Event) -> None:
        if type(event) is Embedding:
            self.vectors.append(event)

    def finish(self, request: EmbeddingRequest) -> tuple[Embedding, ...]:
        """The vectors so far; the request adds nothing to them."""
        return tuple(self.vectors)
