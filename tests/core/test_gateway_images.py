"""The gateway draws: with the rehearsal, the ledger's record, and an edit in place of a variation."""

from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal

import pytest

from core import background
from core.api.http.streaming import generation_headers
from core.catalogue.validation.image.files import VARIATION
from core.contract.errors import UpstreamFailed, UpstreamUnreachable
from core.contract.events import AttemptFailed, Event, ImagePartial, ImageReady, Receipt, Started, Used
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.contract.requests import Caller, Source
from core.gateway import Session, health, stream
from core.models import AIModel, Attempt, Endpoint, Price, Provider, UsageRecord
from core.models.offload import offload
from tests.fakes.images import png

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


def fail(scenario: str) -> None:
    endpoint = Endpoint.objects.get()
    endpoint.options = {"fail": scenario}
    endpoint.save()
    background.refresh()


async def read(caller: Caller, asked: ImageRequest, seen: list[Event]) -> None:
    async with aclosing(stream(caller, asked)) as events:
        async for event in events:
            seen.append(event)


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


async def test_after_a_partial_picture_nothing_is_tried_again_and_the_picture_is_owed(running):
    await offload(fail, "cut")
    seen = []
    with pytest.raises(UpstreamUnreachable):
        await read(running, request(quality="high", partial_images=2, streamed=True), seen)
    assert [type(event) for event in seen] == [Started, ImagePartial]
    record = await UsageRecord.objects.aget()
    assert (record.outcome, record.state, record.cost) == ("partial", "estimated", Decimal("0.03"))
    assert await Attempt.objects.acount() == 1


async def test_a_failure_before_the_first_picture_is_tried_again(running):
    await offload(fail, "500")
    seen = []
    with pytest.raises(UpstreamFailed):
        await read(running, request(), seen)
    assert [type(event) for event in seen] == [AttemptFailed]
    record = await UsageRecord.objects.aget()
    assert (record.outcome, record.state, record.cost) == ("failed", "released", 0)
    assert await Attempt.objects.acount() == 2


async def test_a_variation_is_drawn_as_an_edit_and_the_answer_says_so(running, tmp_path):
    path = tmp_path / "image.png"
    path.write_bytes(png())
    picture = ImageFile(str(path), "image.png", "image/png", 100, 64, 64)
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
