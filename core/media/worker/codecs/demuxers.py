"""What a file is by its first bytes, and the one demuxer that may read it: names and labels are not asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from core.media.file_types import HEAD, file_type
from core.media.worker.output import Refused

TAKEN = "wav, mp3, flac, ogg, opus, m4a, mp4, mov, mpeg, webm, mkv, aac, aiff, png, jpeg, gif, webp and pdf"
UNSUPPORTED = "unsupported_media"
DEMUXERS = {
    "aac": "aac",
    "aiff": "aiff",
    "flac": "flac",
    "m4a": "mp4",
    "matroska": "matroska",
    "mov": "mp4",
    "mp3": "mp3",
    "mp4": "mp4",
    "mpeg": "mpeg",
    "ogg": "ogg",
    "wav": "wav",
    "webm": "matroska",
}
SEEN = ("gif", "jpeg", "pdf", "png", "webp")


@dataclass(frozen=True, slots=True)
class Kind:
    """`demuxer` is FFmpeg's name for its reader; pictures and PDF have none."""

    container: str
    media_type: str
    demuxer: str = ""
    video_type: str = ""


def recognise(file: BinaryIO) -> Kind:
    """The kind of an open file, which is then at its beginning. Raises `Refused` for anything unknown."""
    file.seek(0)
    head = file.read(HEAD)
    found = by_head(head)
    if head.startswith(b"ID3"):
        file.seek(tag_size(head))
        tagged = by_head(file.read(HEAD))
        found = tagged if tagged is not None and tagged.container in ("aac", "flac") else found
    file.seek(0)
    if not head:
        raise unreadable("The file is empty.")
    if found is None:
        raise unreadable(f"This is no kind of file that can be read here. Send one of {TAKEN}.")
    return found


def unreadable(message: str) -> Refused:
    return Refused("invalid", message, "file", UNSUPPORTED)


def by_head(head: bytes) -> Kind | None:
    """What begins like this, None for what nobody reads here."""
    found = file_type(head)
    if found is None or not (found.container in SEEN or found.container in DEMUXERS):
        return None
    container = "mp4" if found.container == "m4a" else found.container
    return Kind(container, found.media_type, DEMUXERS.get(found.container, ""), found.video_type)


def tag_size(head: bytes) -> int:
    """How long the ID3 tag at the beginning is: four bytes of seven bits, after ten of header."""
    if len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size
