"""What kind of media a file is, by its first bytes: names and labels are what somebody claims."""

from __future__ import annotations

from dataclasses import dataclass

from core.contract.errors import InvalidRequest

HEAD = 64
"""Bytes that are enough to tell."""


@dataclass(frozen=True, slots=True)
class SoundKind:
    media_type: str
    extension: str


WAV = SoundKind("audio/wav", "wav")
MP3 = SoundKind("audio/mpeg", "mp3")
AAC = SoundKind("audio/aac", "aac")
M4A = SoundKind("audio/mp4", "m4a")
AIFF = SoundKind("audio/aiff", "aiff")
BEGINNINGS = {
    b"fLaC": SoundKind("audio/flac", "flac"),
    b"OggS": SoundKind("audio/ogg", "ogg"),
    b"ID3": MP3,
    b"\x1a\x45\xdf\xa3": SoundKind("video/webm", "webm"),
    b"caff": SoundKind("audio/x-caf", "caf"),
    b"#!AMR": SoundKind("audio/amr", "amr"),
    b"\x00\x00\x01\xba": SoundKind("video/mpeg", "mpeg"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": SoundKind("audio/x-ms-wma", "wma"),
}
BOXES = {b"M4A ": M4A, b"M4B ": M4A, b"qt  ": SoundKind("video/quicktime", "mov")}
CONTAINERS = {
    (b"RIFF", b"WAVE"): WAV,
    (b"RF64", b"WAVE"): WAV,
    (b"FORM", b"AIFF"): AIFF,
    (b"FORM", b"AIFC"): AIFF,
}
TAKEN = "wav, mp3, flac, ogg, opus, m4a, mp4, mov, webm, aac and aiff"


def sound_kind(head: bytes) -> SoundKind | None:
    """The kind of a file that begins with `head`; None for anything that is no sound and no video."""
    if found := CONTAINERS.get((head[:4], head[8:12])):
        return found
    if head[4:8] == b"ftyp":
        return BOXES.get(head[8:12], SoundKind("video/mp4", "mp4"))
    for beginning, kind in BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    return mpeg_frame(head)


def mpeg_frame(head: bytes) -> SoundKind | None:
    """A frame of AAC or MP3 without a container: eleven bits set, then fields with forbidden values."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return MP3 if version != 1 and layer in (1, 2) and bitrate != 15 and rate != 3 else None


def require_sound(head: bytes, size: int, param: str) -> SoundKind:
    """The kind of an uploaded file. Raises `InvalidRequest` for an empty file and for no sound at all."""
    if not size:
        raise InvalidRequest("The file is empty.", param=param, code="empty_file")
    kind = sound_kind(head)
    if kind is None:
        raise InvalidRequest(
            f"The file is no sound and no video that can be read. Send one of {TAKEN}.",
            param=param,
            code="unsupported_format",
        )
    return kind
