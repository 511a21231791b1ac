"""The type of a whole file: what stands behind the tags, the padding and the junk at its beginning."""

from __future__ import annotations

from typing import BinaryIO

from core.media.file_types import (
    AAC,
    FLAC,
    HEAD,
    MP3,
    OGG,
    TEXT,
    UNKNOWN,
    UPLOAD_HEAD,
    FileType,
    file_type,
    id3_size,
    is_text,
    labelled,
)
from core.media.mpeg_frames import CHAIN, LONGEST_FRAME, stream_type

WINDOW = 64 * 1024
"""Bytes of padding and junk within which a stream is searched; FFmpeg searches as far."""

MOST_TAGS = 16
STREAMS = (MP3, AAC, FLAC, OGG)
"""Types that decoders find wherever they begin; any other has to begin with the file."""


def sniff(file: BinaryIO) -> FileType | None:
    """The type of an open file, which is then at its beginning; None for anything unknown."""
    head = read_at(file, 0, HEAD)
    found = file_type(head)
    if head and (found is None or id3_size(head)):
        found = stream_behind(file) or found
    file.seek(0)
    return found


def upload_type(file: BinaryIO) -> FileType:
    """The type under which a file is stored: that of `sniff` as `labelled`, else `TEXT` or `UNKNOWN`."""
    found = sniff(file)
    if found is not None:
        return labelled(found)
    return TEXT if is_text(read_at(file, 0, UPLOAD_HEAD)) else UNKNOWN


def stream_behind(file: BinaryIO) -> FileType | None:
    """The stream that begins behind tags, zeros or junk. Right behind a tag one frame is enough."""
    at = tags_end(file)
    start = read_at(file, at, WINDOW + CHAIN * LONGEST_FRAME)
    found = file_type(start.lstrip(b"\0")[:HEAD])
    if found in (FLAC, OGG) or (at and found in STREAMS):
        return found
    return stream_type(start, WINDOW) if found is None or found in STREAMS else None


def tags_end(file: BinaryIO) -> int:
    """Where the ID3 tags end that the file begins with, zeros before and between them included."""
    end = 0
    for _ in range(MOST_TAGS):
        start = read_at(file, end, WINDOW)
        tag = start.lstrip(b"\0")
        if not (size := id3_size(tag[:HEAD])):
            break
        end += len(start) - len(tag) + size
    return end


def read_at(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
