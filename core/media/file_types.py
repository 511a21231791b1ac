"""What a file is, by its first bytes: a name, a label and a client's word are not evidence."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = 64
"""Bytes that are enough to tell."""


@dataclass(frozen=True, slots=True)
class FileType:
    """`media_type` is that of a picture, a document or sound alone; `video_type` that of moving pictures,
    which only those have that can hold them."""

    container: str
    media_type: str
    extension: str
    video_type: str = ""


WAV = FileType("wav", "audio/wav", "wav")
MP3 = FileType("mp3", "audio/mpeg", "mp3")
AAC = FileType("aac", "audio/aac", "aac")
FLAC = FileType("flac", "audio/flac", "flac")
AIFF = FileType("aiff", "audio/aiff", "aiff")
OGG = FileType("ogg", "audio/ogg", "ogg", "video/ogg")
M4A = FileType("m4a", "audio/mp4", "m4a")
MP4 = FileType("mp4", "audio/mp4", "mp4", "video/mp4")
MOV = FileType("mov", "audio/mp4", "mov", "video/quicktime")
WEBM = FileType("webm", "audio/webm", "webm", "video/webm")
MATROSKA = FileType("matroska", "audio/x-matroska", "mkv", "video/x-matroska")
MPEG = FileType("mpeg", "audio/mpeg", "mpeg", "video/mpeg")
PDF = FileType("pdf", "application/pdf", "pdf")
GIF = FileType("gif", "image/gif", "gif")
BEGINNINGS = {
    b"fLaC": FLAC,
    b"OggS": OGG,
    b"ID3": MP3,
    b"\x89PNG\r\n\x1a\n": FileType("png", "image/png", "png"),
    b"\xff\xd8\xff": FileType("jpeg", "image/jpeg", "jpg"),
    b"GIF87a": GIF,
    b"GIF89a": GIF,
    b"%PDF-": PDF,
    b"\x00\x00\x01\xba": MPEG,
    b"caff": FileType("caf", "audio/x-caf", "caf"),
    b"#!AMR": FileType("amr", "audio/amr", "amr"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": FileType("asf", "audio/x-ms-wma", "wma"),
}
FORMS = {
    (b"RIFF", b"WAVE"): WAV,
    (b"RF64", b"WAVE"): WAV,
    (b"RIFF", b"WEBP"): FileType("webp", "image/webp", "webp"),
    (b"RIFF", b"AVI "): FileType("avi", "video/x-msvideo", "avi", "video/x-msvideo"),
    (b"FORM", b"AIFF"): AIFF,
    (b"FORM", b"AIFC"): AIFF,
}
BRANDS = {b"M4A ": M4A, b"M4B ": M4A, b"qt  ": MOV}
STILLS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
OLD_MOVIES = (b"moov", b"mdat", b"wide", b"pnot")


def file_type(head: bytes) -> FileType | None:
    """The kind of a file that begins with `head`; None for anything that is not in the tables."""
    if found := FORMS.get((head[:4], head[8:12])):
        return found
    for beginning, kind in BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MATROSKA if b"matroska" in head[:HEAD] else WEBM
    if head[4:8] == b"ftyp":
        return None if head[8:12] in STILLS else BRANDS.get(head[8:12], MP4)
    if head[4:8] in OLD_MOVIES:
        return MOV
    return mpeg_frame(head)


def mpeg_frame(head: bytes) -> FileType | None:
    """A frame of AAC or MP3 without a container: eleven bits set, then fields with forbidden values."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    return MP3 if version != 1 and layer in (1, 2) and bits != 15 and rate != 3 else None
