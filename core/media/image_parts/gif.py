"""The blocks of a GIF. https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""

from __future__ import annotations

from collections.abc import Iterator

from core.media.image_parts.parts import MOST, Data, Part, cut_off, damaged

EXTENSION, IMAGE, END = 0x21, 0x2C, 0x3B
COMMENT, APPLICATION = 0xFE, 0xFF
SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
"""Applications whose extensions decide how the picture looks: repetition, and colours."""


def gif(data: Data) -> Iterator[Part]:
    """Raises `UnreadableImage`."""
    if len(data) < 13:
        raise cut_off()
    at = 13 + colours(data[10])
    yield range(at)
    for _ in range(MOST):
        if at >= len(data):
            raise cut_off()
        if data[at] == END:
            yield range(at, at + 1)
            return
        end = block_end(data, at)
        if not is_metadata(data[at : at + 14]):
            yield range(at, end)
        at = end
    raise damaged()


def colours(flags: int) -> int:
    """Bytes of the table of colours that a descriptor announces."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def block_end(data: Data, at: int) -> int:
    if data[at] == EXTENSION:
        return after_blocks(data, at + 2)
    if data[at] != IMAGE:
        raise damaged()
    if at + 9 >= len(data):
        raise cut_off()
    return after_blocks(data, at + 10 + colours(data[at + 9]) + 1)


def after_blocks(data: Data, at: int) -> int:
    """The byte after blocks of at most 255 bytes, each with its length before it, and an empty one."""
    while at < len(data):
        size = data[at]
        at += 1 + size
        if not size:
            return at
    raise cut_off()


def is_metadata(head: bytes) -> bool:
    if head[0] != EXTENSION:
        return False
    return head[1] == COMMENT or (head[1] == APPLICATION and head[3:14] not in SHOWN)
