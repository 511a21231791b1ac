"""What the ledger books for pictures of a vendor, by worked examples over real HTTP."""

from __future__ import annotations

import json
from contextlib import aclosing
from decimal import Decimal

import pytest
from PIL import Image

from core import background
from core.contract.errors import PolyphonyError, UpstreamInvalid, UpstreamRefused
from core.contract.events import Event, ImagePartial, ImageReady
from core.contract.image import ImageMode, ImageRequest
from core.contract.requests import Caller, Source
from core.gateway import health, stream
from core.models import AIModel, Endpoint, Price, Provider, UsageRecord
from core.models.offload import offload
from tests.core.providers.promises.files import image_file
from tests.fakes.images import MADE, encoded
from tests.fakes.scenarios import body
from tests.fakes.server_sent_events import events, frame

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

LIMITS = {
    "n": 4, "images": 4, "mask": True, "sizes": ["auto", "1024x1024"], "qualities": ["auto", "low", "high"],
    "partial_images": 3,
}  # fmt: skip
TOKENS = (
    ("text_in", "token", "0.000005", {}),
    ("image_in", "token", "0.000008", {}),
    ("image_out", "token", "0.00003", {}),
)
PICTURES = (
    ("image_out", "image", "0.01", {"quality": "low"}),
    ("image_out", "image", "0.04", {"quality": "high"}),
)
WHOLE = 10 * Decimal("0.000005") + 40 * Decimal("0.000008") + 4_160 * Decimal("0.00003")


@pytest.fixture
async def caller(alice, provider):
    def make() -> None:
        vendor = Provider.objects.create(
            slug="vendor", name="Vendor", wire="openai", base_url=provider.url, needs_key=False, internal=True
        )
        for name, prices in (("tokens", TOKENS), ("pictures", PICTURES)):
            model = AIModel.objects.create(slug=f"lab/{name}", name=name, tasks=["image"], limits=LIMITS)
            endpoint = Endpoint.objects.create(model=model, provider=vendor, upstream_id=name)
            for kind, unit, usd, condition in prices:
                Price.objects.create(
                    endpoint=endpoint, kind=kind, unit=unit, usd_per_unit=usd, condition=condition
                )

    health.__init__()
    await offload(make)
    await background.start()
    try:
        yield Caller(alice.id, source=Source.PLAYGROUND)
    finally:
        background.state.draining = False
        await background.shutdown()


async def read(caller: Caller, model: str, **fields) -> tuple[list[Event], PolyphonyError | None]:
    seen: list[Event] = []
    request = ImageRequest(f"lab/{model}", **{"prompt": "A red square.", **fields})
    try:
        async with aclosing(stream(caller, request)) as found:
            async for event in found:
                seen.append(event)
    except PolyphonyError as error:
        return seen, error
    return seen, None


async def booked() -> tuple[str, str, Decimal]:
    record = await UsageRecord.objects.aget()
    return record.outcome, record.state, record.cost


async def test_tokens_of_texts_and_pictures_have_three_prices(caller):
    seen, error = await read(caller, "tokens", n=2)
    assert error is None
    assert await booked() == ("completed", "settled", WHOLE)
    assert seen[-1].cost == WHOLE
    assert sum(isinstance(event, ImageReady) for event in seen) == 2


async def test_an_edit_with_a_mask_streams_and_is_billed_once(caller, tmp_path):
    picture, mask = image_file(tmp_path), mask_file(tmp_path)
    fields = {"mode": ImageMode.EDIT, "images": (picture,), "mask": mask}
    seen, error = await read(caller, "tokens", streamed=True, partial_images=2, **fields)
    assert error is None
    assert [type(event) for event in seen[1:4]] == [ImagePartial, ImagePartial, ImageReady]
    assert await booked() == ("completed", "settled", WHOLE)


def mask_file(folder):
    Image.new("RGBA", (64, 48)).save(folder / "mask.png")
    return image_file(folder, "mask.png", content=(folder / "mask.png").read_bytes())


@pytest.mark.parametrize(
    ("asked", "made", "cost"),
    [("auto", "high", "0.08"), ("auto", "low", "0.02"), ("high", "", "0.08"), ("auto", "", "0.08")],
)
async def test_pictures_are_paid_by_the_quality_that_was_made(caller, provider, asked, made, cost):
    items = [{"b64_json": encoded(1)}, {"b64_json": encoded(2)}]
    value = {"created": 1, "data": items, **({"quality": made} if made else {})}
    provider.script("pictures", body(json.dumps(value).encode()))
    _, error = await read(caller, "pictures", n=2, quality=asked)
    assert error is None
    assert await booked() == ("completed", "settled", Decimal(cost))


async def test_what_a_safety_system_refuses_costs_nothing(caller):
    _, error = await read(caller, "tokens", prompt="something forbidden")
    assert isinstance(error, UpstreamRefused)
    assert error.envelope()["metadata"]["error_type"] == "content_policy_violation"
    assert await booked() == ("failed", "released", Decimal(0))


async def test_an_answer_without_a_picture_costs_nothing(caller, provider):
    usage = {"input_tokens": 50, "output_tokens": 0, "total_tokens": 50}
    provider.script("tokens", body(json.dumps({"created": 1, "data": [], "usage": usage}).encode()))
    _, error = await read(caller, "tokens")
    assert isinstance(error, UpstreamInvalid)
    assert await booked() == ("failed", "released", Decimal(0))


async def test_a_stream_that_breaks_after_a_partial_picture_is_guessed(caller, provider):
    partial = {"type": "image_generation.partial_image", "b64_json": encoded(), "partial_image_index": 0}
    provider.script("tokens", events([frame({**partial, **MADE})], then="reset"))
    seen, error = await read(caller, "tokens", streamed=True, partial_images=1)
    assert error is not None
    assert isinstance(seen[-1], ImagePartial)
    outcome, state, cost = await booked()
    assert (outcome, state) == ("partial", "estimated")
    assert cost > 0
