"""A chat model whose provider has the tool `image_generation`, and the image model that draws for it."""

from __future__ import annotations

import pytest

from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_model

IMAGE_PRICES = {"text_in": "0.000005", "image_in": "0.00001", "image_out": "0.00004"}
TABLE = {"low": {"1024x1024": 272, "1536x1024": 400}, "high": {"1024x1024": 4_160, "1536x1024": 6_208}}


def make_image_model(lab):
    """`lab/painter`, whose tokens have prices."""
    from core.models import Endpoint, Price  # noqa: PLC0415 - the registry is not ready at import time

    model = make_model(
        lab,
        "lab/painter",
        upstream="painter-1",
        price=None,
        tasks=["image"],
        input_modalities=["text", "image"],
        output_modalities=["image"],
        limits={
            "characters": 1000, "n": 4, "images": 4, "sizes": ["auto", "1024x1024", "1536x1024"],
            "qualities": ["auto", "low", "high"], "formats": ["png", "webp"], "partial_images": 3,
            "backgrounds": ["auto", "opaque"], "moderation": ["auto", "low"],
        },
    )  # fmt: skip
    endpoint = model.endpoints.get()
    Endpoint.objects.filter(id=endpoint.id).update(options={"image_token_table": TABLE})
    for kind, price in IMAGE_PRICES.items():
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=price)
    return model


@pytest.fixture
def teller(lab):
    """`tell(scenario)` makes `lab/talker` one that has the tool and cannot draw itself."""
    from core.models import Endpoint  # noqa: PLC0415 - as above

    make_image_model(lab)

    def tell(upstream: str = "draws", **fields):
        fields = {"output_modalities": ["text"], **fields}
        model = make_chat_model(lab, upstream=upstream, **fields)
        Endpoint.objects.filter(model=model).update(options={"image_tool": ["painter-1", "painter-2"]})
        return model

    return tell
