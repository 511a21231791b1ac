"""What a file is by its first bytes, and the one demuxer that may read it: names and labels are not asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from core.providers.local.output import Refused

HEAD = 64
TAKEN = "wav, mp3, flac, ogg, opus, m4a, mp4, mov, webm, mkv, aac, aiff, png, jpeg, gif, webp and pdf"
UNSUPPORTED = "unsupported_media"


@dataclass(frozen=True, slots=True)
class Kind:
    """`demuxer` is FFmpeg's name for its reader; pictures and PDF have none."""

    container: str
    media_type: str
    demuxer: str = ""
    video_type: str = ""


WAV = Kind("wav", "audio/wav", "wav")
MP3 = Kind("mp3", "audio/mpeg", "mp3")
AAC = Kind("aac", "audio/aac", "aac")
FLAC = Kind("flac", "audio/flac", "flac")
AIFF = Kind("aiff", "audio/aiff", "aiff")
OGG = Kind("ogg", "audio/ogg", "ogg", "video/ogg")
MP4 = Kind("mp4", "audio/mp4", "mp4", "video/mp4")
MOV = Kind("mov", "audio/mp4", "mp4", "video/quicktime")
WEBM = Kind("webm", "audio/webm", "matroska", "video/webm")
MATROSKA = Kind("matroska", "audio/x-matroska", "matroska", "video/x-matroska")
WEBP = Kind("webp", "image/webp")
BEGINNINGS = {
    b"fLaC": FLAC,
    b"OggS": OGG,
    b"\x89PNG\r\n\x1a\n": Kind("png", "image/png"),
    b"\xff\xd8\xff": Kind("jpeg", "image/jpeg"),
    b"GIF87a": Kind("gif", "image/gif"),
    b"GIF89a": Kind("gif", "image/gif"),
    b"%PDF-": Kind("pdf", "application/pdf"),
}
FORMS = {
    (b"RIFF", b"WAVE"): WAV,
    (b"RF64", b"WAVE"): WAV,
    (b"FORM", b"AIFF"): AIFF,
    (b"FORM", b"AIFC"): AIFF,
    (b"RIFF", b"WEBP"): WEBP,
}
STILLS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
OLD_MOVIES = (b"moov", b"mdat", b"wide", b"pnot")


def recognise(file: BinaryIO) -> Kind:
    """The kind of an open file, which is then at its beginning. Raises `Refused` for anything unknown."""
    file.seek(0)
    head = file.read(HEAD)
    found = by_head(head)
    if head.startswith(b"ID3"):
        file.seek(tag_size(head))
        tagged = by_head(file.read(HEAD))
        found = tagged if tagged in (AAC, FLAC) else MP3
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
    if found := FORMS.get((head[:4], head[8:12])):
        return found
    for beginning, kind in BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MATROSKA if b"matroska" in head else WEBM
    if head[4:8] == b"ftyp":
        return movie(head[8:12])
    if head[4:8] in OLD_MOVIES:
        return MOV
    return frame(head)


def movie(brand: bytes) -> Kind | None:
    if brand in STILLS:
        return None
    return MOV if brand == b"qt  " else MP4


def frame(head: bytes) -> Kind | None:
    """MP3 or AAC without a container: eleven bits set, then fields with forbidden values."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    return MP3 if version != 1 and layer != 0 and bits != 15 and rate != 3 else None


def tag_size(head: bytes) -> int:
    """How long the ID3 tag at the beginning is: four bytes of seven bits, after ten of header."""
    if len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size
