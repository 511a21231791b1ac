"""Undoing a content encoding in bounded pieces: we ask for none, some servers compress all the same."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from core.contract.errors import UpstreamInvalid

PIECE = 64 * 1024
ENCODINGS = {"gzip", "x-gzip", "deflate"}
DAMAGED = "The provider's compressed answer is damaged."
EITHER_HEADER = 32 + zlib.MAX_WBITS


class Inflater:
    """Never holds more than one piece of output: a bomb meets the caller's count, not the memory."""

    __slots__ = ("_zlib",)

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=EITHER_HEADER)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._zlib.eof:
                raise UpstreamInvalid(DAMAGED)
            try:
                piece = self._zlib.decompress(data, PIECE)
            except zlib.error:
                raise UpstreamInvalid(DAMAGED) from None
            if piece:
                yield piece
            data = self._zlib.unconsumed_tail or self._zlib.unused_data

    def end(self) -> bytes:
        """What was still held back. Raises `UpstreamInvalid` when the stream is not whole."""
        rest = self._zlib.flush()
        if not self._zlib.eof or self._zlib.unused_data:
            raise UpstreamInvalid(DAMAGED)
        return rest


def inflater(encoding: str) -> Inflater | None:
    """None where nothing has to be undone. Raises `UpstreamInvalid` for what we do not undo."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name not in ENCODINGS:
        raise UpstreamInvalid("The provider sent an encoding nobody asked for.")
    return Inflater()
