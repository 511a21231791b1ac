"""Which files are taken as audio: those that can be decoded here, whatever they are called."""

from __future__ import annotations

from typing import BinaryIO

from core.contract.errors import InvalidRequest
from core.media.file_types import FileType, labelled
from core.media.sniffer import sniff

TAKEN = "wav, mp3, flac, ogg, opus, m4a, mp4, mov, mpeg, webm, aac and aiff"


def require_audio(file: BinaryIO, size: int, param: str) -> FileType:
    """The type of an uploaded file of `size` bytes, as it is sent on; blocking.

    Raises `InvalidRequest`: `empty_file`, `unsupported_media` for anything but audio and video that can be
    decoded here.
    """
    if not size:
        raise InvalidRequest("The file is empty.", param=param, code="empty_file")
    found = sniff(file)
    if found is None or not found.is_playable:
        what = f"is {found.media_type}" if found else "is no sound and no video"
        raise InvalidRequest(
            f"The file {what}, which cannot be listened to. Send one of {TAKEN}.",
            param=param,
            code="unsupported_media",
        )
    return labelled(found)
