"""Decompression of an answer in bounded pieces: we ask for no compression, some servers compress anyway."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from core.contract.errors import UpstreamInvalid

PIECE = 64 * 1024
ENCODINGS = {"gzip", "x-gzip", "deflate"}
DAMAGED = "The provider's compressed answer is damaged."
EITHER_HEADER = 32 + zlib.MAX_WBITS


class Inflater:
    """Holds no more than one piece of output, so that the caller's limit stops a decompression bomb."""

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
        """The last bytes. Raises `UpstreamInvalid` when the stream is incomplete."""
        rest = self._zlib.flush()
        if not self._zlib.eof or self._zlib.unused_data:
            raise UpstreamInvalid(DAMAGED)
        return rest


def inflater(encoding: str) -> Inflater | None:
    """The decompressor for a Content-Encoding, None for identity. Raises `UpstreamInvalid` for others."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name not in ENCODINGS:
        raise UpstreamInvalid("The provider sent an encoding nobody asked for.")
    return Inflater()
