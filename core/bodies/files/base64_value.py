"""Bytes that stand in an answer in base64, not encoded yet: an encoder of the API writes them in pieces."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = 192 * 1024
"""Bytes that are encoded at once; a multiple of 3, so that the pieces join."""


@dataclass(frozen=True, slots=True)
class Base64:
    data: bytes

    @property
    def size(self) -> int:
        """Characters of the base64."""
        return -(-len(self.data) // 3) * 4

    def pieces(self) -> Iterator[bytes]:
        view = memoryview(self.data)
        for start in range(0, len(view), PIECE):
            yield b64encode(view[start : start + PIECE])
