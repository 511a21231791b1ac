"""A model of the rehearsal that draws, pictures to send to it, and what is asserted of its answers."""

from __future__ import annotations

import base64
from decimal import Decimal
from io import BytesIO
from typing import Any

from PIL import Image

from core.models import AIModel, Endpoint, Price, Provider

SLUG = "stage/brush"
LIMITS = {
    "characters": 4000,
    "n": 4,
    "images": 4,
    "sizes": ["auto", "1024x1024"],
    "custom_size": {"edge": 4096, "pixels": [64, 4194304]},
    "qualities": ["auto", "low", "high"],
    "styles": ["vivid", "natural"],
    "backgrounds": ["auto", "opaque", "transparent"],
    "formats": ["png"],
    "moderation": ["auto", "low"],
    "fidelity": ["low", "high"],
    "partial_images": 3,
    "seed": True,
    "mask": True,
    "variations": True,
    "user": True,
}
FOX = {"model": SLUG, "prompt": "A fox", "size": "64x48"}
PRICE = Decimal("0.02")


def make_image_model(slug: str = SLUG, **options: Any) -> AIModel:
    """`options` are those of the endpoint: `fail`, `delay` and the like."""
    stage, _ = Provider.objects.get_or_create(
        slug="stage", defaults={"name": "Stage", "wire": "rehearsal", "internal": True, "needs_key": False}
    )
    model = AIModel.objects.create(
        slug=slug, name="Brush", author="Stage", description="A brush for tests.", tasks=["image"],
        input_modalities=["text", "image"], output_modalities=["image"], features=["edits", "streaming"],
        limits=LIMITS,
    )  # fmt: skip
    endpoint = Endpoint.objects.create(
        model=model, provider=stage, upstream_id="rehearsal-image", options=options
    )
    Price.objects.create(endpoint=endpoint, kind="image_out", unit="image", usd_per_unit=PRICE)
    return model


def picture(size: tuple[int, int] = (64, 48), form: str = "PNG", mode: str = "RGBA") -> bytes:
    drawn = Image.new(mode, size, "red")
    file = BytesIO()
    drawn.save(file, form)
    return file.getvalue()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def size_of(encoded: str) -> tuple[int, int]:
    """Width and height of a picture in base64, which is decoded."""
    with Image.open(BytesIO(base64.b64decode(encoded))) as image:
        image.load()
        return image.size
