"""What an input file is by its first bytes, the one demuxer that may open it, and refusals of input files."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from core.media import image_size as image_headers
from core.media.file_types import M4A, FileType
from core.media.sniffer import sniff
from core.media.worker.output import JobError

TAKEN = "wav, mp3, flac, ogg, opus, m4a, mp4, mov, mpeg, webm, mkv, aac, aiff, png, jpeg, gif, webp and pdf"
UNSUPPORTED = "unsupported_media"
DEMUXERS = {"m4a": "mp4", "mov": "mp4", "webm": "matroska"}
"""FFmpeg's names of readers that are not those of their containers."""

MEASURED = ("gif", "jpeg", "pdf", "png", "webp")
"""Files that can be read here without a demuxer."""


def input_type(file: BinaryIO) -> FileType:
    """The type of an open file, which is then at its beginning. Raises `JobError` if empty or unknown."""
    if not file.read(1):
        raise unreadable("The file is empty.")
    found = sniff(file)
    if found is None or not (found.is_playable or found.container in MEASURED):
        raise unreadable(f"This is no kind of file that can be read here. Send one of {TAKEN}.")
    return replace(found, container="mp4") if found is M4A else found


def demuxer(found: FileType) -> str:
    """FFmpeg's name of the only reader that may open a file of this type; "" for images and PDF."""
    return DEMUXERS.get(found.container, found.container) if found.is_playable else ""


def image_size(file: BinaryIO, container: str) -> tuple[int, int]:
    """Width and height. Raises `JobError` for a damaged header, no pixels or too many."""
    try:
        return image_headers.size(file, container)
    except image_headers.UnreadableImage as error:
        failure = unreadable(str(error))
    raise failure


def unreadable(message: str) -> JobError:
    return JobError("invalid", message, "file", UNSUPPORTED)
