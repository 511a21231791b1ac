"""The gateway draws: with the rehearsal, the ledger's record, and an edit in place of a variation."""

from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal

import pytest

from core import background
from core.api.http.streaming import generation_headers
from core.catalogue.validation.image.files import VARIATION
from core.contract.events import ImagePartial, ImageReady, Receipt, Started, Used
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.contract.requests import Caller, Source
from core.gateway import Session, health, stream
from core.models import AIModel, Endpoint, Price, Provider, UsageRecord
from core.models.offload import offload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

LIMITS = {"n": 4, "images": 1, "sizes": ["64x64"], "qualities": ["low", "high"], "partial_images": 3}
PRICES = (("low", "0.01"), ("high", "0.03"))


@pytest.fixture
async def running(alice):
    def make() -> None:
        model = AIModel.objects.create(slug="lab/brush", name="Brush", tasks=["image"], limits=LIMITS)
        provider = Provider.objects.create(slug="lab", name="Lab", wire="rehearsal", needs_key=False)
        endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal-image")
        for quality, usd in PRICES:
            condition = {"quality": quality}
            Price.objects.create(
                endpoint=endpoint, kind="image_out", unit="image", usd_per_unit=usd, condition=condition
            )

    health.__init__()
    await offload(make)
    await background.start()
    try:
        yield Caller(alice.id, source=Source.PLAYGROUND)
    finally:
        background.state.draining = False
        await background.shutdown()


def request(**fields) -> ImageRequest:
    return ImageRequest("lab/brush", **{"prompt": "A red boat", "size": "64x64", **fields})


async def test_pictures_are_drawn_and_billed_by_the_quality_made(running):
    asked = request(n=2, quality="high", partial_images=1, streamed=True)
    async with aclosing(stream(running, asked)) as events:
        seen = [event async for event in events]
    kinds = [Started, *[ImagePartial, ImageReady] * 2, Used, Receipt]
    assert [type(event) for event in seen] == kinds
    receipt = seen[-1]
    assert (receipt.cost, receipt.changed) == (Decimal("0.06"), {})
    record = await UsageRecord.objects.aget()
    assert (record.task, record.state, record.cost) == ("image", "settled", Decimal("0.06"))
    assert record.units == {"text_in.token": 3, "image_out.image": 2}


async def test_a_variation_is_drawn_as_an_edit_and_the_answer_says_so(running):
    picture = ImageFile("/nowhere", "image.png", "image/png", 100, 64, 64)
    asked = request(prompt="", mode=ImageMode.VARY, images=(picture,), style="vivid", user="somebody")
    session = Session(running, asked)
    async with aclosing(session.events()) as events:
        seen = [event async for event in events]
    sent = session.request
    assert (sent.mode, sent.prompt, sent.style, sent.user) == (ImageMode.EDIT, VARIATION, "", "")
    assert seen[-1].changed == {"mode": ImageMode.EDIT, "prompt": VARIATION}
    headers = generation_headers("application/json", session.id, session.route, seen[0])
    assert headers["X-Polyphony-Ignored"] == "style, user"
    assert headers["X-Polyphony-Changed"] == f"mode=edit, prompt={VARIATION}"
