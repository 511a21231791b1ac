"""The type of a file by its first bytes, from one table of signatures; names and claims are not evidence.

`sniffer` reads whole files, in which something may stand before the signature.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from unicodedata import category

HEAD = 64
"""Bytes that every signature fits into."""

UPLOAD_HEAD = 512
"""Bytes by which text is told from binary data."""


@dataclass(frozen=True, slots=True)
class FileType:
    """`media_type` is that of an image, a document or audio alone; `video_type`, of containers that can hold
    video, the one they then have. `container` is FFmpeg's name where it has one."""

    container: str
    media_type: str
    extension: str
    video_type: str = ""

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_playable(self) -> bool:
        """Whether it is audio or video that can be decoded here."""
        return self.container in PLAYABLE


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
TEXT = FileType("text", "text/plain", "txt")
UNKNOWN = FileType("", "application/octet-stream", "bin")

PREFIXES = {
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
    b"PK\x03\x04": FileType("zip", "application/zip", "zip"),
    b"\x1f\x8b\x08": FileType("gzip", "application/gzip", "gz"),
    b"7z\xbc\xaf\x27\x1c": FileType("7z", "application/x-7z-compressed", "7z"),
    b"Rar!\x1a\x07": FileType("rar", "application/vnd.rar", "rar"),
}
RIFF = b"RIFF"
RIFF_FORMS = {
    (RIFF, b"WAVE"): WAV,
    (b"RF64", b"WAVE"): WAV,
    (RIFF, b"WEBP"): FileType("webp", "image/webp", "webp"),
    (RIFF, b"AVI "): FileType("avi", "video/x-msvideo", "avi", "video/x-msvideo"),
    (b"FORM", b"AIFF"): AIFF,
    (b"FORM", b"AIFC"): AIFF,
}
"""By the chunk identifier and the form type of RIFF and IFF files."""

BRANDS = {b"M4A ": M4A, b"M4B ": M4A, b"qt  ": MOV}
IMAGE_BRANDS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
"""Brands of ISO base media files (`ftyp`): any other is mp4; those of still images are not supported."""

NO_TEXT = ("Cc", "Co")
"""Categories of Unicode that no text has: control characters, and code points for private use."""

ATOMS = (b"moov", b"mdat", b"wide", b"pnot")
"""With which a QuickTime file without `ftyp` begins."""

PLAYABLE = frozenset(
    {"aac", "aiff", "flac", "m4a", "matroska", "mov", "mp3", "mp4", "mpeg", "ogg", "wav", "webm"}
)
"""Containers that can be decoded here; the length of any other audio, and with it its price, would stay
unknown."""


def file_type(head: bytes) -> FileType | None:
    """The type of a file that begins with `head` (`HEAD` bytes of it); None for anything unknown."""
    return signature(head) or mpeg_frame(head)


def signature(head: bytes) -> FileType | None:
    """The type whose signature `head` begins with. Bare MPEG frames have none: raw samples may look alike."""
    if found := RIFF_FORMS.get((head[:4], head[8:12])):
        return found
    for prefix, found in PREFIXES.items():
        if head.startswith(prefix):
            return found
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MATROSKA if b"matroska" in head[:HEAD] else WEBM
    if head[4:8] == b"ftyp":
        return None if head[8:12] in IMAGE_BRANDS else BRANDS.get(head[8:12], MP4)
    if head[4:8] in ATOMS:
        return MOV
    return None


def mpeg_frame(head: bytes) -> FileType | None:
    """A frame of AAC or MP3 without a container: eleven bits set, then fields with forbidden values."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    return MP3 if version != 1 and layer in (1, 2) and bits != 15 and rate != 3 else None


def labelled(found: FileType) -> FileType:
    """The type by which a file is sent on before it was measured: a container that may hold video counts as
    video, except Ogg; Matroska is called WebM, which is the nearest name that providers know."""
    if found is MATROSKA:
        found = WEBM
    return found if found is OGG or not found.video_type else replace(found, media_type=found.video_type)


def is_text(head: bytes) -> bool:
    """UTF-8, or UTF-16 behind a byte order mark, without control characters; the end may be cut."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return not any(category(character) in NO_TEXT and character not in "\n\r\t\f" for character in text)


def id3_size(head: bytes) -> int:
    """Bytes of the ID3 tag that `head` begins with, 0 without one: ten of header, which hold the length of
    the rest in four bytes of seven bits, and ten of footer where the header's flags announce one."""
    if not head.startswith(b"ID3") or len(head) < 10:
        return 0
    rest = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return 10 + rest + (10 if head[5] & 0x10 else 0)
