"""Checks the input images and the mask of an image request."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.image.errors import has, is_known, unsupported
from core.contract.errors import InvalidRequest, TooLarge
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.media.image_size import has_alpha

MIB = 1024 * 1024
VARIATION = (
    "Draw a variation of this picture: keep its subject, its mood and its style, and change the composition "
    "and the details."
)
"""What a model is told that edits pictures and does not vary them."""


def check_files(request: ImageRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest`, `TooLarge` or `Unsupported` naming the parameter."""
    if request.mode is not ImageMode.GENERATE and not request.images:
        raise InvalidRequest("There is no picture to work on: image is missing.", param="image")
    check_images(request, model)
    if request.mask is not None:
        check_mask(request, request.mask, model)


def check_images(request: ImageRequest, model: ModelEntry) -> None:
    if not request.images or not is_known(model):
        return
    most = model.limits.get("images", 0)
    if not most and not (request.mode is ImageMode.VARY and model.limits.get("variations")):
        raise unsupported(model, "image", "draws from words only", has("images"))
    if most and len(request.images) > most:
        raise InvalidRequest(
            f"There are {len(request.images)} pictures; {model.slug} takes at most {most}.",
            param="image",
            metadata={"maximum": most},
        )
    limit = model.limits.get("image_mb", settings.MAX_UPLOAD_MB)
    for file in request.images:
        check_size(file, limit, "image", model)


def check_size(file: ImageFile, limit: float, param: str, model: ModelEntry) -> None:
    if file.size > limit * MIB:
        raise TooLarge(
            f"{param} has {file.size / MIB:.1f} MB; {model.slug} takes at most {limit:g}.",
            param=param,
            metadata={"bytes": file.size, "limit": int(limit * MIB)},
        )


def check_mask(request: ImageRequest, mask: ImageFile, model: ModelEntry) -> None:
    """A mask is a PNG with transparency, as large as the first picture."""
    if request.mode is not ImageMode.EDIT:
        raise InvalidRequest("A mask belongs to an edit of a picture.", param="mask")
    if is_known(model) and not model.limits.get("mask"):
        raise unsupported(model, "mask", "takes no mask", has("mask"))
    check_size(mask, model.limits.get("mask_mb", settings.MAX_UPLOAD_MB), "mask", model)
    if mask.media_type != "image/png" or not has_alpha(mask.path):
        raise InvalidRequest(
            "The mask must be a PNG with an alpha channel, transparent where the picture may change.",
            param="mask",
        )
    first = request.images[0]
    if (mask.width, mask.height) != (first.width, first.height):
        raise InvalidRequest(
            f"The mask has {mask.width}x{mask.height} pixels, the picture {first.width}x{first.height}: "
            "they must be of one size.",
            param="mask",
            metadata={"size": f"{first.width}x{first.height}"},
        )


def variation_changes(request: ImageRequest, model: ModelEntry) -> dict[str, Any]:
    """A variation as an edit with a fixed instruction, for a model that makes none.

    Raises `Unsupported` in strict mode.
    """
    if request.mode is not ImageMode.VARY or model.limits.get("variations"):
        return {}
    if settings.STRICT_REQUESTS:
        raise unsupported(model, "image", "edits pictures and does not vary them", has("variations"))
    return {"mode": ImageMode.EDIT, "prompt": VARIATION}
