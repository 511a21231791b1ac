"""`POST /images` at OpenRouter: one endpoint for drawing and for drawing like reference pictures.

https://openrouter.ai/docs/api-reference/images
"""

from __future__ import annotations

from typing import Any

from core.contract.errors import Unsupported
from core.contract.image import ImageFormat, ImageRequest
from core.contract.route import Target
from core.providers.openai.image.body import option_fields, stream_fields
from core.providers.openai.image.by_chat import media
from core.providers.openai.image.image import OpenAIImages, limits_for
from core.providers.openai.router import provider_field
from core.providers.shared import http
from core.providers.shared.calls import target_limits

FIELDS = {
    "size": "size",
    "aspect_ratio": "aspect_ratio",
    "resolution": "resolution",
    "quality": "quality",
    "background": "background",
    "compression": "output_compression",
    "seed": "seed",
}


class OpenRouterImages(OpenAIImages):
    def image_call(self, target: Target, request: ImageRequest) -> http.Call:
        """The call, as JSON in every mode; pictures are sent from disk.

        https://openrouter.ai/docs/api-reference/images
        """
        limits = target_limits(target, limits_for(request))
        return self.vendor.json_call(target, "POST", "images", image_body(target, request), limits)


def image_body(target: Target, request: ImageRequest) -> dict[str, Any]:
    """The JSON body, with a `Media` in place of each picture's base64. Raises `Unsupported` for a mask.

    The caller's options are those of the companies behind OpenRouter, by their slugs.
    """
    if request.mask is not None:
        raise Unsupported("OpenRouter takes no mask.", param="mask")
    asked = {name: getattr(request, field) for field, name in FIELDS.items()}
    fields: dict[str, Any] = {
        **option_fields(target, request),
        **{name: value for name, value in asked.items() if value not in (None, "")},
        "model": target.model,
        "prompt": request.prompt,
    }
    if request.n != 1:
        fields["n"] = request.n
    if request.format is not ImageFormat.AUTO:
        fields["output_format"] = request.format.value
    if request.images:
        fields["input_references"] = [
            {"type": "image_url", "image_url": {"url": media(file)}} for file in request.images
        ]
    if stream_fields(target, request):
        fields["stream"] = True
    return fields | provider_of(target, request)


def provider_of(target: Target, request: ImageRequest) -> dict[str, Any]:
    """`provider`: preferences, over which the endpoint's own win, and the options of the companies."""
    named = {"options": {name: dict(values) for name, values in request.options.items()}}
    ours = target.options.get("body", {}).get("provider", {})
    return provider_field(request.preferences, {**ours, **(named if request.options else {})})
