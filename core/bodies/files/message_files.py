"""What a file in a message is, by its first bytes, and whether it may stand where it was found."""

from __future__ import annotations

from dataclasses import dataclass

from core.bodies.files.data_urls import MessageFile, modality_name
from core.contract.audio import PCM_RATE
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest
from core.media.file_types import HEAD as HEAD
from core.media.file_types import FileType, file_type


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


RAW = {
    "pcm16": sounding(f"audio/pcm;rate={PCM_RATE};channels=1", "pcm16", 2),
    "pcm24": sounding(f"audio/pcm;rate={PCM_RATE};channels=1;bits=24", "pcm24", 3),
}
"""Samples without a header: nothing but their name says what they are."""

SOUNDS = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "webm")
FORMATS = (*SOUNDS, *RAW)
ALIASES = ("opus", "mpeg", "mpga", "mp4", "aif", "wave")
"""Other names for the formats; which one it is, the file says itself."""

PICTURES = ("png", "jpeg", "webp", "gif")
VIDEOS = ("mp4", "mpeg", "mov", "webm")
TAKEN = {
    Modality.IMAGE: "png, jpeg, webp or gif",
    Modality.AUDIO: ", ".join((*SOUNDS, *RAW)),
    Modality.VIDEO: "mp4, mpeg, mov or webm",
    Modality.FILE: "pdf",
}


def require(head: bytes, size: int, found: MessageFile) -> MediaKind:
    """The kind of a file of `size` bytes that begins with `head`.

    Raises `InvalidRequest`: `empty_file`, `unsupported_media` for what is nothing, or not what belongs
    there; a format that nobody calls a sound by.
    """
    check_format(found)
    if not size:
        raise InvalidRequest(f"{found.param} is empty.", param=found.param, code="empty_file")
    if raw := RAW.get(found.format):
        return whole(raw, size, found)
    seen = file_type(head)
    kind = fitting(seen, found.modality) if seen else None
    if kind is None:
        raise mismatch(seen, found)
    return kind


def check_format(found: MessageFile) -> None:
    if found.format and found.format not in FORMATS and found.format not in ALIASES:
        param = f"{found.param.rpartition('.')[0]}.format"
        raise InvalidRequest(f"{param} must be one of {', '.join(FORMATS)}.", param=param)


def whole(kind: MediaKind, size: int, found: MessageFile) -> MediaKind:
    if size % kind.sample:
        raise InvalidRequest(
            f"{found.param} has {size:,} bytes, which are no whole samples of {kind.sample} bytes.",
            param=found.param,
            code="unsupported_media",
        )
    return kind


def fitting(kind: FileType, modality: Modality) -> MediaKind | None:
    """A kind as what it was sent as; None where it cannot be that."""
    if modality is Modality.AUDIO:
        extension = "m4a" if kind.container == "mp4" else kind.extension
        return sounding(kind.media_type, extension) if extension in SOUNDS else None
    if modality is Modality.VIDEO:
        known = kind.container in VIDEOS
        return MediaKind(modality, kind.video_type, kind.extension) if known else None
    known = kind.container in (PICTURES if modality is Modality.IMAGE else ("pdf",))
    return MediaKind(modality, kind.media_type, kind.extension) if known else None


def mismatch(seen: FileType | None, found: MessageFile) -> InvalidRequest:
    media_type = (seen.video_type or seen.media_type) if seen else None
    what = f"it is {media_type}" if media_type else "its first bytes are those of nothing known"
    return InvalidRequest(
        f"{found.param} must be {modality_name(found.modality)} ({TAKEN[found.modality]}); {what}.",
        param=found.param,
        code="unsupported_media",
        metadata={"found": media_type},
    )
