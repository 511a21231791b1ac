"""The image tool of a chat: what is reserved for it, what is billed, and what is guessed where it was cut."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.contract.chat import ChatRequest
from core.contract.events import ChatDelta, Event, ImagePartial, ImageReady, ImageStart
from core.contract.image import ImageRequest, ImageTool
from core.contract.route import Route
from core.contract.usage import TOOL_KINDS, Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill
from core.ledger.estimates.chat import ESTIMATES
from core.ledger.estimates.tasks import estimate
from core.ledger.metering import Meter
from tests.core.ledger.conftest import target
from tests.core.ledger.estimates.test_image import GPT_IMAGE, TABLE

CHAT = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.00001")),
    Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.0001")),
)
IMAGE_OUT = (Kind.TOOL_IMAGE_OUT, Unit.TOKEN)


def chat_target():
    drawing = target(*GPT_IMAGE, options={"image_token_table": TABLE})
    prices = (replace(price, kind=TOOL_KINDS[price.kind]) for price in GPT_IMAGE)
    return replace(target(*CHAT, *prices), image_model=drawing)


def request(
    calls: int | None = 1, *, required: bool = False, streamed: bool = True, **picture
) -> ChatRequest:
    tool = ImageTool("tools[0]", ImageRequest("", "", **picture), {}, calls, required)
    asked = ({"role": "user", "content": "A fox"},)
    return ChatRequest("m", asked, {"max_tokens": 100}, image_tool=tool, streamed=streamed)


def seen(*events: Event) -> Meter:
    meter = Meter()
    for event in events:
        meter.note(event)
    return meter


def most(asked: ChatRequest, line=IMAGE_OUT) -> Decimal:
    return ESTIMATES.upper_bound(asked, chat_target())(line)


@pytest.mark.parametrize(
    ("picture", "tokens"),
    [
        ({"quality": "low", "size": "1024x1024"}, 272),
        ({"quality": "high", "size": "1024x1024"}, 4_160),
        ({"quality": "high"}, 6_240),
        ({}, 6_240),
        ({"quality": "low", "size": "1024x1024", "partial_images": 3}, 572),
    ],
)
def test_a_picture_is_at_most_the_dearest_that_was_asked(picture, tokens):
    assert most(request(**picture)) == tokens
    assert most(request(3, **picture)) == 3 * tokens


def test_the_number_of_pictures_is_bounded():
    assert most(request(None)) == 4 * 6_240
    assert most(replace(request(None), limit=100)) == 6_240
    assert most(replace(request(2), limit=100)) == 2 * 6_240


def test_no_picture_is_counted_as_text_of_the_chat_model():
    assert most(request(), (Kind.TEXT_OUT, Unit.TOKEN)) == 100
    assert most(request(), (Kind.IMAGE_OUT, Unit.TOKEN)) == 0


def test_the_chat_model_reads_its_pictures():
    once = ESTIMATES.upper_bound(replace(request(), image_tool=None), target(*CHAT))(
        (Kind.TEXT_IN, Unit.TOKEN)
    )
    assert most(request(2), (Kind.TEXT_IN, Unit.TOKEN)) == 3 * (once + 4_000 + 2 * 2_500)


def test_pictures_of_the_conversation_go_to_the_image_model():
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    messages = (
        {"role": "user", "content": [image]},
        {"role": "assistant", "content": None, "images": [image]},
    )
    asked = replace(request(2), messages=messages)
    assert most(asked, (Kind.TOOL_IMAGE_IN, Unit.TOKEN)) == 2 * (2 + 1) * 7_000


def test_without_an_image_model_nothing_is_reserved_for_it():
    assert ESTIMATES.upper_bound(request(), target(*CHAT))(IMAGE_OUT) == 0


REPORTED = Usage(
    (
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(1_000)),
        Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(10)),
        Amount(Kind.TOOL_TEXT_IN, Unit.TOKEN, Decimal(100)),
        Amount(Kind.TOOL_IMAGE_OUT, Unit.TOKEN, Decimal(4_160)),
        Amount(Kind.TOOL_IMAGE_OUT, Unit.IMAGE, Decimal(1)),
    )
)
READY = ImageReady(0, "image/png", b"png")
PARTIAL = ImagePartial(0, 0, "image/png", b"png")


def test_what_is_reported_is_billed_by_the_two_sheets():
    meter = seen(ImageStart(0), PARTIAL, READY, ChatDelta(finish="stop"))
    found = bill.of_attempt(REPORTED, meter, request(), chat_target(), sent=True)
    assert (found.cost, found.basis) == (
        Decimal("0.01") + Decimal("0.001") + Decimal("0.0005") + Decimal("0.1664"),
        Basis.COMPUTED,
    )


def test_a_bill_is_never_above_what_was_reserved():
    asked, where = request(2, quality="high"), chat_target()
    reserved = estimate(asked, Route("m", (where,)))
    begun = [event for at in range(2) for event in (ImageStart(at), ImagePartial(at, 0, "image/png", b"png"))]
    found = bill.of_attempt(None, seen(*begun), asked, where, sent=True)
    assert reserved is not None
    assert (found.basis, Decimal(0) < found.cost <= reserved) == (Basis.ESTIMATED, True)


@pytest.mark.parametrize(
    ("asked", "events", "tokens"),
    [
        (request(quality="low", size="1024x1024"), [ImageStart(0)], 272),
        (request(quality="low", size="1024x1024", partial_images=1), [ImageStart(0), PARTIAL], 372),
        (request(2, quality="high", size="1024x1024"), [READY, ImageStart(1)], 8_320),
        (request(quality="low", size="1024x1024", required=True), [], 272),
        (request(quality="low", size="1024x1024", streamed=False), [], 272),
        (request(), [], None),
        (request(), [ChatDelta("I will")], None),
    ],
)
def test_what_had_begun_is_estimated_where_it_was_cut(asked, events, tokens):
    found = bill.of_attempt(None, seen(*events), asked, chat_target(), sent=True)
    units = {(amount.kind, amount.unit): amount.quantity for amount in found.amounts}
    assert (units.get(IMAGE_OUT), found.basis) == (tokens, Basis.ESTIMATED)


def test_pictures_whose_tokens_are_not_told_are_estimated():
    told = replace(REPORTED, amounts=REPORTED.amounts[:2])
    meter = seen(READY, ChatDelta(finish="stop"))
    asked = request(quality="high", size="1024x1024")
    found = bill.of_attempt(told, meter, asked, chat_target(), sent=True)
    units = {(amount.kind, amount.unit): amount.quantity for amount in found.amounts}
    assert (units[IMAGE_OUT], units[Kind.TOOL_IMAGE_OUT, Unit.IMAGE], found.basis) == (
        4_160, 1, Basis.ESTIMATED,
    )  # fmt: skip


def test_an_answer_without_pictures_is_exact():
    told = replace(REPORTED, amounts=REPORTED.amounts[:2])
    meter = seen(ChatDelta("No."), ChatDelta(finish="stop"))
    found = bill.of_attempt(told, meter, request(), chat_target(), sent=True)
    assert (found.cost, found.basis) == (Decimal("0.011"), Basis.COMPUTED)
