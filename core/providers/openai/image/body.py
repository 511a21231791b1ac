"""What is asked of an image endpoint: the fields of a request, as JSON or as a form with files.

https://platform.openai.com/docs/api-reference/images
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.image import ImageFormat, ImageMode, ImageRequest
from core.contract.route import Target
from core.providers.openai.chat.messages import is_openai
from core.providers.openai.router import is_router, provider_field
from core.providers.openai.transcription.form import flatten
from core.providers.shared.form_body import File, FormBody

PATHS = {
    ImageMode.GENERATE: "images/generations",
    ImageMode.EDIT: "images/edits",
    ImageMode.VARY: "images/variations",
}
FIELDS = {
    "size": "size",
    "aspect_ratio": "aspect_ratio",
    "resolution": "resolution",
    "quality": "quality",
    "style": "style",
    "background": "background",
    "compression": "output_compression",
    "moderation": "moderation",
    "fidelity": "input_fidelity",
    "seed": "seed",
    "user": "user",
}
"""By our names; aspect ratio, resolution and seed are other servers' than OpenAI's."""
LACKS = {
    ImageMode.GENERATE: frozenset({"fidelity"}),
    ImageMode.EDIT: frozenset({"style", "moderation"}),
    ImageMode.VARY: frozenset(FIELDS) - {"size", "user", "seed"},
}
"""The fields that an endpoint does not have."""
OWN_FIELDS = frozenset(
    {"model", "prompt", "n", "size", "aspect_ratio", "resolution", "quality", "stream", "partial_images"}
    | {"image", "image[]", "images", "mask", "input_references", "response_format", "provider"}
)
"""What no option sets: our own fields, and all that the price depends on."""


def image_fields(target: Target, request: ImageRequest) -> dict[str, Any]:
    """The fields beside the files; our own win over the options of the caller, those over the endpoint's."""
    fields = {**option_fields(target, request), "model": target.model, **asked(request)}
    if request.mode is not ImageMode.VARY:
        fields["prompt"] = request.prompt
        fields |= stream_fields(target, request)
    if form := response_format(target):
        fields["response_format"] = form
    if is_router(target):
        fields |= provider_field(request.preferences, target.options.get("body", {}).get("provider"))
    return fields


def option_fields(target: Target, request: ImageRequest) -> dict[str, Any]:
    options = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    return {name: value for name, value in options.items() if name not in OWN_FIELDS}


def asked(request: ImageRequest) -> dict[str, Any]:
    """What the request says of its pictures, without what is left to the model."""
    found: dict[str, Any] = {}
    if request.n != 1:
        found["n"] = request.n
    for field, name in FIELDS.items():
        if field not in LACKS[request.mode] and (value := getattr(request, field)) not in (None, ""):
            found[name] = value
    if request.format is not ImageFormat.AUTO and request.mode is not ImageMode.VARY:
        found["output_format"] = request.format.value
    return found


def stream_fields(target: Target, request: ImageRequest) -> dict[str, Any]:
    """`stream` where unfinished pictures are wanted, or where the endpoint's option `stream` is set.

    A stream without them has one event for each picture, which not every server can send.
    """
    if not request.streamed or not (request.partial_images or target.options.get("stream")):
        return {}
    return {"stream": True, "partial_images": request.partial_images}


def response_format(target: Target) -> str:
    """Base64 of servers that would answer with addresses; OpenAI's own models refuse to be asked.

    The endpoint's option `image_response_format` says otherwise; empty: it is not sent.
    """
    silent = is_openai(target) or target.wire == "azure" or is_router(target)
    return str(target.options.get("image_response_format", "" if silent else "b64_json"))


def image_form(target: Target, request: ImageRequest) -> FormBody:
    """The form with the pictures and the mask, which are read from disk while they are sent.

    Several pictures repeat `image[]`; servers without that name are sent one as `image`.
    """
    fields: Mapping[str, Any] = image_fields(target, request)
    pairs = [pair for name, value in fields.items() for pair in flatten(name, value)]
    pictures = request.images[:1] if request.mode is ImageMode.VARY else request.images
    name = "image" if len(pictures) == 1 else "image[]"
    files: list[tuple[str, File]] = [(name, picture) for picture in pictures]
    if request.mask is not None:
        files.append(("mask", request.mask))
    return FormBody(pairs, files)
