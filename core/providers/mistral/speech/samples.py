"""Samples of `pcm`: Mistral's are floating-point numbers, ours have 16 bits.

https://docs.mistral.ai/capabilities/audio/text_to_speech/speech (Response Audio Formats)
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import aclosing

FLOAT = 4
"""Bytes of a number."""
PIECE = 64 * 1024
"""Bytes converted at a time, in a thread: a whole answer may have millions of numbers."""
LOUDEST = 32767


async def sixteen_bits(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """`chunks` of 32-bit numbers, cut anywhere, as 16-bit samples; both little-endian."""
    rest = b""
    async with aclosing(chunks):
        async for chunk in chunks:
            data = rest + chunk
            whole = len(data) - len(data) % FLOAT
            rest = data[whole:]
            for at in range(0, whole, PIECE):
                yield await asyncio.to_thread(converted, data[at : min(at + PIECE, whole)])


def converted(data: bytes) -> bytes:
    """The samples of whole numbers; what is no number is silence, what is too loud is cut."""
    numbers = struct.unpack(f"<{len(data) // FLOAT}f", data)
    return struct.pack(f"<{len(numbers)}h", *map(sample, numbers))


def sample(number: float) -> int:
    if number != number:  # NaN
        return 0
    return round(max(-1.0, min(1.0, number)) * LOUDEST)
