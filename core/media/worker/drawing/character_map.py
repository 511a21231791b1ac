"""Which characters a font file has: the `cmap` table of OpenType, formats 4 and 12."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

LARGEST = 64 * 1024 * 1024


@cache
def characters(path: str, index: int = 0) -> frozenset[int]:
    """The code points with a glyph; none of a file that is no font."""
    try:
        data = Path(path).read_bytes()
        return frozenset(_characters(data, index)) if len(data) <= LARGEST else frozenset()
    except (OSError, struct.error, IndexError):
        return frozenset()


def _characters(data: bytes, index: int) -> set[int]:
    table = _table(data, b"cmap", index)
    [count] = struct.unpack_from(">H", data, table + 2)
    found: set[int] = set()
    for at in range(table + 4, table + 4 + 8 * count, 8):
        platform, encoding, offset = struct.unpack_from(">HHI", data, at)
        if platform == 0 or (platform, encoding) in ((3, 1), (3, 10)):
            found |= _subtable(data, table + offset)
    return found


def _table(data: bytes, tag: bytes, index: int) -> int:
    """Where a table begins, of the font at `index` of a collection."""
    start = 0
    if data[:4] == b"ttcf":
        [start] = struct.unpack_from(">I", data, 12 + 4 * index)
    [count] = struct.unpack_from(">H", data, start + 4)
    for at in range(start + 12, start + 12 + 16 * count, 16):
        if data[at : at + 4] == tag:
            [offset] = struct.unpack_from(">I", data, at + 8)
            return int(offset)
    raise IndexError(tag)


def _subtable(data: bytes, at: int) -> set[int]:
    [form] = struct.unpack_from(">H", data, at)
    reader = {4: _segments, 12: _groups}.get(form)
    return reader(data, at) if reader else set()


def _segments(data: bytes, at: int) -> set[int]:
    """Format 4: segments of the basic plane."""
    [double] = struct.unpack_from(">H", data, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 2 * double)
    offsets_at = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", data, offsets_at)
    found = set()
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offsets[number]:
                place = offsets_at + 2 * number + offsets[number] + 2 * (code - start)
                [glyph] = struct.unpack_from(">H", data, place)
                if not glyph:
                    continue
            if (glyph + deltas[number]) % 65536:
                found.add(code)
    return found


def _groups(data: bytes, at: int) -> set[int]:
    """Format 12: groups of all planes."""
    [count] = struct.unpack_from(">I", data, at + 12)
    found: set[int] = set()
    for place in range(at + 16, at + 16 + 12 * min(count, 65536), 12):
        start, end, _ = struct.unpack_from(">III", data, place)
        found.update(range(start, min(end, 0x10FFFF) + 1))
    return found
