"""The type of a file in a message, by its first bytes, and whether its part may hold one of that type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from core.bodies.files.data_urls import MessageFile, modality_name
from core.contract.audio import PCM_RATE
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest
from core.media.file_types import FileType
from core.media.sniffer import sniff


@dataclass(frozen=True, slots=True)
class AttachmentType:
    """`format` is its name in `input_audio`; `sample` is the size in bytes of a raw sample, else 0."""

    modality: Modality
    media_type: str
    extension: str
    format: str = ""
    sample: int = 0

    def seconds(self, size: int) -> float:
        """Playing time of raw samples."""
        return size / (self.sample * PCM_RATE)


def audio_type(media_type: str, extension: str, sample: int = 0) -> AttachmentType:
    return AttachmentType(Modality.AUDIO, media_type, "pcm" if sample else extension, extension, sample)


RAW = {
    "pcm16": audio_type(f"audio/pcm;rate={PCM_RATE};channels=1", "pcm16", 2),
    "pcm24": audio_type(f"audio/pcm;rate={PCM_RATE};channels=1;bits=24", "pcm24", 3),
}
"""Samples without a header: only their `format` tells what they are."""

AUDIO = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "webm")
FORMATS = (*AUDIO, *RAW)
ALIASES = ("opus", "mpeg", "mpga", "mp4", "aif", "wave")
"""Other names that clients use for the formats; the first bytes of the file decide."""

IMAGES = ("png", "jpeg", "webp", "gif")
VIDEOS = ("mp4", "mpeg", "mov", "webm")
TAKEN = {
    Modality.IMAGE: "png, jpeg, webp or gif",
    Modality.AUDIO: ", ".join((*AUDIO, *RAW)),
    Modality.VIDEO: "mp4, mpeg, mov or webm",
    Modality.FILE: "pdf",
}


def attachment_type(file: BinaryIO, size: int, found: MessageFile) -> AttachmentType:
    """The type of an open file of `size` bytes, where it was found in a message; blocking.

    Raises `InvalidRequest`: `empty_file`, `unsupported_media` for a type that is unknown or not of the part's
    modality; an unknown `format` of audio.
    """
    check_format(found)
    if not size:
        raise InvalidRequest(f"{found.param} is empty.", param=found.param, code="empty_file")
    if raw := RAW.get(found.format):
        return whole_samples(raw, size, found)
    sniffed = sniff(file)
    kind = as_modality(sniffed, found.modality) if sniffed else None
    if kind is None:
        raise mismatch(sniffed, found)
    return kind


def check_format(found: MessageFile) -> None:
    if found.format and found.format not in FORMATS and found.format not in ALIASES:
        param = f"{found.param.rpartition('.')[0]}.format"
        raise InvalidRequest(f"{param} must be one of {', '.join(FORMATS)}.", param=param)


def whole_samples(kind: AttachmentType, size: int, found: MessageFile) -> AttachmentType:
    if size % kind.sample:
        raise InvalidRequest(
            f"{found.param} has {size:,} bytes, which are no whole samples of {kind.sample} bytes.",
            param=found.param,
            code="unsupported_media",
        )
    return kind


def as_modality(sniffed: FileType, modality: Modality) -> AttachmentType | None:
    """A file's type as an attachment of `modality`; None where it cannot be one."""
    container = sniffed.container
    if modality is Modality.AUDIO:
        extension = "m4a" if container == "mp4" else sniffed.extension
        return audio_type(sniffed.media_type, extension) if extension in AUDIO else None
    if modality is Modality.VIDEO:
        known = container in VIDEOS
        return AttachmentType(modality, sniffed.video_type, sniffed.extension) if known else None
    known = container in (IMAGES if modality is Modality.IMAGE else ("pdf",))
    return AttachmentType(modality, sniffed.media_type, sniffed.extension) if known else None


def mismatch(sniffed: FileType | None, found: MessageFile) -> InvalidRequest:
    media_type = (sniffed.video_type or sniffed.media_type) if sniffed else None
    what = f"it is {media_type}" if media_type else "its first bytes are those of nothing known"
    return InvalidRequest(
        f"{found.param} must be {modality_name(found.modality)} ({TAKEN[found.modality]}); {what}.",
        param=found.param,
        code="unsupported_media",
        metadata={"found": media_type},
    )
