"""The pictures that a body sends along: where they stand in it, in base64, as data URLs or as uploads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.bodies.files.data_urls import MessageFile, is_data_url, split_data_url
from core.bodies.image.fields import MOST_INPUTS
from core.bodies.validation import wrong_field
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest, Unsupported

FORMS = "must be a data URL, base64, or an object with image_url."
NOTHING = (None, "", [])
"""What counts as a field that was left out."""


@dataclass(frozen=True, slots=True)
class InputImages:
    """Where the pictures of a body are; none is loaded yet."""

    images: tuple[MessageFile, ...] = ()
    mask: MessageFile | None = None

    @property
    def all(self) -> tuple[MessageFile, ...]:
        return (*self.images, self.mask) if self.mask else self.images


def input_images(fields: Mapping[str, Any]) -> InputImages:
    """The pictures under `image`, `images` and `input_references`, in this order, and under `mask`.

    Raises `InvalidRequest` naming the place of what is no picture, and for more than `MOST_INPUTS`.
    """
    found = [
        input_image(value, param)
        for name in ("image", "images", "input_references")
        for value, param in listed(fields.get(name), name)
    ]
    if len(found) > MOST_INPUTS:
        raise InvalidRequest(
            f"There are {len(found)} images; at most {MOST_INPUTS} are taken.", param=found[-1].param
        )
    return InputImages(tuple(found), input_mask(fields.get("mask")))


def listed(value: Any, name: str) -> list[tuple[Any, str]]:
    """Each value of a list with its place; a single value counts as a list of one."""
    if value in NOTHING:
        return []
    if not isinstance(value, Sequence) or isinstance(value, str):
        return [(value, name)]
    return [(each, f"{name}[{at}]") for at, each in enumerate(value)]


def input_mask(value: Any) -> MessageFile | None:
    if isinstance(value, list) and len(value) > 1:
        raise InvalidRequest(f"There are {len(value)} masks; one is taken.", param="mask")
    return None if value in NOTHING else input_image(value, "mask")


def input_image(value: Any, param: str) -> MessageFile:
    """One picture: a string, `{"image_url": …}` with a string or `{"url": …}`, or `{"upload": id}`."""
    if isinstance(value, str) and value:
        return from_text(value, param)
    if not isinstance(value, dict):
        raise wrong_field(param, FORMS)
    if "upload" in value:
        return from_upload(value["upload"], f"{param}.upload")
    for name in ("image_url", "url"):
        if value.get(name) is not None:
            return input_image(value[name], f"{param}.{name}")
    if value.get("file_id") is not None:
        raise Unsupported("Files are not kept by id: send the image itself.", param=f"{param}.file_id")
    raise wrong_field(param, FORMS)


def from_text(text: str, param: str) -> MessageFile:
    if is_data_url(text):
        claimed, data = split_data_url(text, Modality.IMAGE, param)
        return MessageFile(Modality.IMAGE, param, data, claimed)
    if "://" in text[:16]:
        raise Unsupported(
            "Addresses are not fetched: send the image itself, as a data URL or in base64.", param=param
        )
    return MessageFile(Modality.IMAGE, param, text)


def from_upload(upload: Any, param: str) -> MessageFile:
    """`{"upload": ID}`, by which the playground names a file that it has uploaded before."""
    if not isinstance(upload, str) or not upload:
        raise wrong_field(param, "must be the id of an upload.")
    return MessageFile(Modality.IMAGE, param, upload=upload)
