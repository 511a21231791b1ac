"""Whether an uploaded file can be listened to."""

from __future__ import annotations

from dataclasses import dataclass

from core.contract.errors import InvalidRequest
from core.media.file_types import HEAD as HEAD
from core.media.file_types import FileType, file_type

TAKEN = "wav, mp3, flac, ogg, opus, m4a, mp4, mov, mpeg, webm, aac and aiff"
LISTENED = frozenset(
    {"aac", "aiff", "flac", "m4a", "matroska", "mov", "mp3", "mp4", "mpeg", "ogg", "wav", "webm"}
)
"""Containers of sound that can be looked into here; the length of others would stay unknown, and with it
what they cost."""


@dataclass(frozen=True, slots=True)
class SoundKind:
    media_type: str
    extension: str


def sound_kind(head: bytes) -> SoundKind | None:
    """The kind of a file that begins with `head`; None for anything that is no sound and no video."""
    kind = file_type(head)
    return labelled(kind) if kind and kind.container in LISTENED else None


def labelled(kind: FileType) -> SoundKind:
    """What may hold a video is called one. Whoever goes by names knows Matroska as webm at best."""
    if kind.container == "matroska":
        return SoundKind("video/webm", "webm")
    return SoundKind(
        kind.media_type if kind.container == "ogg" else kind.video_type or kind.media_type, kind.extension
    )


def require_sound(head: bytes, size: int, param: str) -> SoundKind:
    """The kind of an uploaded file. Raises `InvalidRequest` for an empty file and for no sound at all."""
    if not size:
        raise InvalidRequest("The file is empty.", param=param, code="empty_file")
    kind = sound_kind(head)
    if kind is None:
        known = file_type(head)
        what = f"is {known.media_type}" if known else "is no sound and no video"
        raise InvalidRequest(
            f"The file {what}, which cannot be listened to. Send one of {TAKEN}.",
            param=param,
            code="unsupported_media",
        )
    return kind
