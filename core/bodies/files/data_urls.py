"""Files written into a body: data URLs and base64, what they claim to be, and addresses in their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, Unsupported

PREFIX = re.compile(r"data:([\w.+*-]+/[\w.+*-]+)?((?:;[\w.+*-]+=[^;,\"\s]*)*);base64,", re.IGNORECASE)
LONGEST_PREFIX = 256
LONGEST_ADDRESS = 8192
ADDRESS = re.compile(r"https://[^\s/?#\\@]+(?:[/?#][^\s\\]*)?", re.IGNORECASE)
FAMILIES = {
    Modality.IMAGE: ("image/",),
    Modality.AUDIO: ("audio/", "video/", "application/ogg"),
    Modality.FILE: ("application/",),
    Modality.VIDEO: ("video/", "application/mp4"),
}
"""How the media types begin that a data URL may claim; what the file is, its first bytes tell."""

ANYTHING = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A file in a message: `data` is its base64, or whatever a reader of large bodies put in its place.

    `param` is where it stands. `claimed` is the data URL's media type, `format` what `input_audio` calls it,
    `name` the name it came with; `upload` is the id of one sent before, which then has no `data`.
    """

    modality: Modality
    param: str
    data: str = ""
    claimed: str = ""
    format: str = ""
    name: str = ""
    upload: str = ""


FileLoader = Callable[[MessageFile], Media]
"""Makes a file of what was found, or refuses it with `InvalidRequest`."""


class DeferredFileLoader:
    """A `Take` that only notes what is found, in order, to be taken later."""

    def __init__(self) -> None:
        self.files: list[MessageFile] = []

    def __call__(self, found: MessageFile) -> Media:
        self.files.append(found)
        return Media(found.modality, "", "", 0, "")


def is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def split_data_url(text: str, modality: Modality, param: str, rather: str = "") -> tuple[str, str]:
    """(claimed media type, base64) of a data URL. Raises `InvalidRequest` for any other encoding or a type
    that is no `modality`; `rather` says what to send in its place."""
    rather = rather and f": {rather}"
    found = PREFIX.match(text[:LONGEST_PREFIX])
    if found is None:
        raise InvalidRequest(
            f"{param} must hold base64: data:<media type>;base64,<data>{rather or '.'}",
            param=param,
            code="invalid_base64",
        )
    claimed = (found[1] or "").lower()
    if claimed not in ("", ANYTHING) and not claimed.startswith(FAMILIES[modality]):
        raise InvalidRequest(
            f"{param} must be {modality_name(modality)}, not {claimed[:60]}{rather or '.'}", param=param
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
    """An address for a provider to fetch. Raises `InvalidRequest` for anything but https."""
    if len(text) > LONGEST_ADDRESS or not ADDRESS.fullmatch(text):
        raise InvalidRequest(f"{param} must be a data URL or an https address.", param=param)
    return text


def url_not_fetched(param: str) -> Unsupported:
    return Unsupported("Addresses are not fetched: send input_audio.data as base64.", param=param)
