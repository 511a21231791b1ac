"""What an operation knows beside the picture it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Step = Mapping[str, Any]


@dataclass
class Context:
    """`scale` is less than 1 for a coarse picture: lengths in pixels are shorter there. `mask` is 255 where
    the picture stays, None without one. `others` are the further pictures of the request."""

    scale: float = 1.0
    mask: Any = None
    others: list[Any] = field(default_factory=list)

    def pixels(self, length: float) -> float:
        return length * self.scale
