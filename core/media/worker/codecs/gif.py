"""How many frames a GIF holds and how long they play, by its blocks: no pixel is decoded."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO

STEP_BLOCKS = 20_000
MOST_BLOCKS = 5_000_000
EXTENSION, IMAGE, TIMING = 0x21, 0x2C, 0xF9
TABLE = 0x80


@dataclass(slots=True)
class Animation:
    """`seconds` is one loop; zero where the frames have no delay."""

    frames: int = 0
    seconds: float = 0.0


def measure(file: BinaryIO) -> Generator[None, None, Animation]:
    """Read the blocks of an open GIF; a truncated one counts up to where it breaks off."""
    found = Animation()
    file.seek(10)
    skip_table(file, byte(file))
    file.seek(2, 1)
    for number in range(MOST_BLOCKS):
        if number % STEP_BLOCKS == STEP_BLOCKS - 1:
            yield
        kind = byte(file)
        if kind == IMAGE:
            found.frames += 1
            file.seek(8, 1)
            skip_table(file, byte(file))
            file.seek(1, 1)
        elif kind == EXTENSION:
            found.seconds += delay(file) if byte(file) == TIMING else 0.0
        else:
            break
        while size := byte(file):
            file.seek(size, 1)
    found.seconds = round(found.seconds, 2)
    return found


def byte(file: BinaryIO) -> int:
    """The next byte; 0 at the end of the file."""
    return int.from_bytes(file.read(1), "little")


def skip_table(file: BinaryIO, flags: int) -> None:
    """Past a table of colours, if the flags announce one."""
    file.seek(3 * 2 ** ((flags & 7) + 1) if flags & TABLE else 0, 1)


def delay(file: BinaryIO) -> float:
    """Seconds until the next frame."""
    block = file.read(byte(file))
    return int.from_bytes(block[1:3], "little") / 100
