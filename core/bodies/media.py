"""What a file in a message is, by its first bytes, and whether it may stand where it was found."""

from __future__ import annotations

from dataclasses import dataclass

from core.bodies.embedded import Found, noun
from core.bodies.sounds import sound_kind
from core.contract.errors import InvalidRequest
from core.contract.media import PCM_RATE
from core.contract.requests import Modality

HEAD = 64
"""Bytes that are enough to tell."""


@dataclass(frozen=True, slots=True)
class MediaKind:
    """`format` is what `input_audio` calls it; `sample` the bytes of one sample where they are raw."""

    modality: Modality
    media_type: str
    extension: str
    format: str = ""
    sample: int = 0

    def seconds(self, size: int) -> float:
        """Playing time of raw samples."""
        return size / (self.sample * PCM_RATE)


def sounding(media_type: str, extension: str, sample: int = 0) -> MediaKind:
    return MediaKind(Modality.AUDIO, media_type, "pcm" if sample else extension, extension, sample)


SIGNS = (
    (b"\x89PNG\r\n\x1a\n", MediaKind(Modality.IMAGE, "image/png", "png")),
    (b"\xff\xd8\xff", MediaKind(Modality.IMAGE, "image/jpeg", "jpg")),
    (b"GIF87a", MediaKind(Modality.IMAGE, "image/gif", "gif")),
    (b"GIF89a", MediaKind(Modality.IMAGE, "image/gif", "gif")),
    (b"%PDF-", MediaKind(Modality.FILE, "application/pdf", "pdf")),
)
WEBP = MediaKind(Modality.IMAGE, "image/webp", "webp")
RAW = {
    "pcm16": sounding(f"audio/pcm;rate={PCM_RATE};channels=1", "pcm16", 2),
    "pcm24": sounding(f"audio/pcm;rate={PCM_RATE};channels=1;bits=24", "pcm24", 3),
}
"""Samples without a header: nothing but their name says what they are."""

SOUNDS = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a")
FORMATS = (*SOUNDS, *RAW)
ALIASES = {"opus": "ogg", "mpeg": "mp3", "mpga": "mp3", "mp4": "m4a", "aif": "aiff", "wave": "wav"}
VIDEOS = ("mp4", "mpeg", "mov", "webm")
TAKEN = {
    Modality.IMAGE: "png, jpeg, webp or gif",
    Modality.AUDIO: ", ".join(SOUNDS),
    Modality.VIDEO: "mp4, mpeg, mov or webm",
    Modality.FILE: "pdf",
}


def require(head: bytes, size: int, found: Found) -> MediaKind:
    """The kind of a file of `size` bytes that begins with `head`.

    Raises `InvalidRequest`: `empty_file`, `unsupported_media` for what is nothing, or not what belongs
    there; a format that nobody calls a sound by.
    """
    check_format(found)
    if not size:
        raise InvalidRequest(f"{found.param} is empty.", param=found.param, code="empty_file")
    if raw := RAW.get(found.format):
        return whole(raw, size, found)
    kind = fitting(head, found.modality)
    if kind is None or kind.modality is not found.modality:
        raise mismatch(head, found)
    return kind


def check_format(found: Found) -> None:
    if found.format and found.format not in FORMATS and found.format not in ALIASES:
        param = f"{found.param.rpartition('.')[0]}.format"
        raise InvalidRequest(f"{param} must be one of {', '.join(FORMATS)}.", param=param)


def whole(kind: MediaKind, size: int, found: Found) -> MediaKind:
    if size % kind.sample:
        raise InvalidRequest(
            f"{found.param} has {size:,} bytes, which are no whole samples of {kind.sample} bytes.",
            param=found.param,
            code="unsupported_media",
        )
    return kind


def fitting(head: bytes, modality: Modality) -> MediaKind | None:
    """The kind by its beginning; a container of both is what it was sent as."""
    for sign, kind in SIGNS:
        if head.startswith(sign):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    sound = sound_kind(head)
    if sound is None:
        return None
    if modality is Modality.VIDEO and sound.extension in VIDEOS:
        return MediaKind(Modality.VIDEO, sound.media_type, sound.extension)
    if sound.extension == "mp4":
        return sounding("audio/mp4", "m4a")
    return sounding(sound.media_type, sound.extension) if sound.extension in SOUNDS else None


def mismatch(head: bytes, found: Found) -> InvalidRequest:
    kind = fitting(head, found.modality) or fitting(head, Modality.VIDEO)
    seen = f"it is {kind.media_type}" if kind else "its first bytes are those of nothing known"
    return InvalidRequest(
        f"{found.param} must be {noun(found.modality)} ({TAKEN[found.modality]}); {seen}.",
        param=found.param,
        code="unsupported_media",
        metadata={"found": kind.media_type if kind else None},
    )
