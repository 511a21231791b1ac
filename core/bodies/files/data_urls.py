"""Files in the messages of a body: data URLs, base64 and https URLs.

Data URLs: RFC 2397, https://www.rfc-editor.org/rfc/rfc2397
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, Unsupported

PREFIX = re.compile(r"data:([\w.+*-]+/[\w.+*-]+)?((?:;[\w.+*-]+=[^;,\"\s]*)*);base64,", re.IGNORECASE)
LONGEST_PREFIX = 256
LONGEST_URL = 8192
HTTPS_URL = re.compile(r"https://[^\s/?#\\@]+(?:[/?#][^\s\\]*)?", re.IGNORECASE)
CLAIMABLE = {
    Modality.IMAGE: ("image/",),
    Modality.AUDIO: ("audio/", "video/", "application/ogg"),
    Modality.FILE: ("application/",),
    Modality.VIDEO: ("video/", "application/mp4"),
}
"""Beginnings of the media types that a data URL may claim; what the file is, its first bytes decide."""

ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A file in a message, not loaded yet: `data` is its base64, or the placeholder of an `InlineFileReader`.

    `param` is its place, such as `messages[0].content[1].file.file_data`. `claimed` is the media type of the
    data URL, `format` that of `input_audio`, `name` its file name. A file that was uploaded before has its
    id in `upload` and no `data`.
    """

    modality: Modality
    param: str
    data: str = ""
    claimed: str = ""
    format: str = ""
    name: str = ""
    upload: str = ""


FileLoader = Callable[[MessageFile], Media]
"""Loads a file, or refuses it with `InvalidRequest`."""


class DeferredFileLoader:
    """A `FileLoader` that only lists the files, in order, to be loaded later; its `Media` are empty."""

    def __init__(self) -> None:
        self.files: list[MessageFile] = []

    def __call__(self, found: MessageFile) -> Media:
        self.files.append(found)
        return Media(found.modality, "", "", 0, "")


def is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def split_data_url(text: str, modality: Modality, param: str, hint: str = "") -> tuple[str, str]:
    """(claimed media type, base64) of a data URL.

    Raises `InvalidRequest` for any other encoding and for a type that is no `modality`; `hint` is what to
    send instead.
    """
    ending = f": {hint}" if hint else "."
    found = PREFIX.match(text[:LONGEST_PREFIX])
    if found is None:
        raise InvalidRequest(
            f"{param} must hold base64: data:<media type>;base64,<data>{ending}",
            param=param,
            code="invalid_base64",
        )
    claimed = (found[1] or "").lower()
    if claimed not in ("", ANY_TYPE) and not claimed.startswith(CLAIMABLE[modality]):
        raise InvalidRequest(
            f"{param} must be {modality_name(modality)}, not {claimed[:60]}{ending}", param=param
        )
    return claimed, text[found.end() :]


def modality_name(modality: Modality) -> str:
    return {
        Modality.IMAGE: "an image",
        Modality.AUDIO: "audio",
        Modality.VIDEO: "a video",
        Modality.FILE: "a PDF",
    }[modality]


def check_https_url(text: str, param: str) -> str:
    """A URL for the provider to fetch. Raises `InvalidRequest` for anything but https."""
    if len(text) > LONGEST_URL or not HTTPS_URL.fullmatch(text):
        raise InvalidRequest(f"{param} must be a data URL or an https address.", param=param)
    return text


def url_not_fetched(param: str) -> Unsupported:
    return Unsupported("Addresses are not fetched: send input_audio.data as base64.", param=param)
