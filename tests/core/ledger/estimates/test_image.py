"""Images: what is reserved before a request is sent, what is billed after it, and how guesses are bounded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.events import Event, ImagePartial, ImageReady
from core.contract.image import ImageFile, ImageFormat, ImageMode, ImageRequest
from core.contract.route import Route, Sending
from core.contract.usage import Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill
from core.ledger.estimates.image import ESTIMATES
from core.ledger.estimates.tasks import estimate
from core.ledger.metering import Meter
from core.models.ledger import LedgerState
from tests.core.ledger.conftest import target

TABLE = {
    "low": {"1024x1024": 272, "1024x1536": 408, "1536x1024": 400},
    "medium": {"1024x1024": 1056, "1024x1536": 1584, "1536x1024": 1568},
    "high": {"1024x1024": 4160, "1024x1536": 6240, "1536x1024": 6208},
}
GPT_IMAGE = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.000005")),
    Price(Kind.IMAGE_IN, Unit.TOKEN, Decimal("0.00001")),
    Price(Kind.IMAGE_OUT, Unit.TOKEN, Decimal("0.00004")),
)
DALL_E = tuple(
    Price(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(usd), {"size": size, "quality": quality})
    for size, quality, usd in (
        ("1024x1024", "standard", "0.04"),
        ("1792x1024", "standard", "0.08"),
        ("1024x1024", "hd", "0.08"),
        ("1792x1024", "hd", "0.12"),
    )
)
PICTURE = ImageFile("/nowhere", "image.png", "image/png", 1000, 64, 64)


def gpt_image(**options: object):
    return target(*GPT_IMAGE, options={"image_token_table": TABLE, **options})


def request(prompt: str = "x" * 100, **fields) -> ImageRequest:
    return ImageRequest("author/image", prompt, **fields)


def seen(*events: Event) -> Meter:
    meter = Meter()
    for event in events:
        meter.note(event)
    return meter


def ready(count: int = 1) -> list[Event]:
    return [ImageReady(index, "image/png", b"png") for index in range(count)]


def tokens(text: int, image_out: int, image_in: int = 0) -> Usage:
    counts = {Kind.TEXT_IN: text, Kind.IMAGE_IN: image_in, Kind.IMAGE_OUT: image_out}
    return Usage(tuple(Amount(kind, Unit.TOKEN, Decimal(count)) for kind, count in counts.items() if count))


def worst(asked: ImageRequest, to) -> Decimal | None:
    return estimate(asked, Route("author/image", (to,)))


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"size": "1024x1024", "quality": "low"}, 272),
        ({"size": "1024x1536", "quality": "medium"}, 1584),
        ({"size": "1024x1024", "quality": "high", "n": 3}, 3 * 4160),
        ({"size": "1024x1024"}, 4160),
        ({"quality": "low"}, 408),
        ({"size": "auto", "quality": "auto"}, 6240),
        ({}, 6240),
        ({"size": "2048x2048", "quality": "low"}, 4 * 272),
        ({"size": "512x512", "quality": "low"}, 68),
        ({"size": "1024x1024", "quality": "low", "partial_images": 3, "n": 2}, 2 * (272 + 300)),
    ],
)
def test_the_most_tokens_follow_from_size_quality_count_and_partial_images(fields, most):
    line = (Kind.IMAGE_OUT, Unit.TOKEN)
    assert ESTIMATES.upper_bound(request(**fields), gpt_image())(line) == most
    expected = most * Decimal("0.00004") + 164 * Decimal("0.000005")
    assert worst(request(**fields), gpt_image()) == expected


def test_input_images_and_the_mask_are_reserved_for():
    asked = request(mode=ImageMode.EDIT, images=(PICTURE, PICTURE), mask=PICTURE)
    line = (Kind.IMAGE_IN, Unit.TOKEN)
    assert ESTIMATES.upper_bound(asked, gpt_image())(line) == 3 * 7000
    assert ESTIMATES.upper_bound(asked, gpt_image(image_in_tokens=600))(line) == 1800
    assert ESTIMATES.upper_bound(asked, gpt_image())((Kind.IMAGE_IN, Unit.IMAGE)) == 3


def test_images_are_reserved_for_as_text_where_they_have_no_price_of_their_own():
    prices = (
        Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.000001")),
        Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.00001")),
    )
    plain = target(*prices, options={"image_tokens": 1290, "max_output": 100})
    asked = request(images=(PICTURE,), n=2)
    assert ESTIMATES.upper_bound(asked, plain)((Kind.TEXT_IN, Unit.TOKEN)) == 164 + 7000
    assert ESTIMATES.upper_bound(asked, plain)((Kind.TEXT_OUT, Unit.TOKEN)) == 100 + 2 * 1290


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({"size": "1024x1024", "quality": "standard"}, "0.04"),
        ({"size": "1792x1024", "quality": "standard"}, "0.08"),
        ({"size": "1792x1024"}, "0.12"),
        ({"quality": "standard"}, "0.08"),
        ({"size": "auto"}, "0.12"),
        ({"size": "1024x1024", "quality": "hd", "n": 2}, "0.16"),
        ({"size": "3x3"}, "0.12"),
    ],
)
def test_the_most_of_a_price_per_image_is_the_dearest_that_is_possible(fields, usd):
    assert worst(request(**fields), target(*DALL_E)) == Decimal(usd)


@pytest.mark.parametrize(
    ("fields", "facts", "options", "usd"),
    [
        ({"size": "1024x1024", "quality": "standard"}, {}, {}, "0.04"),
        ({"size": "1024x1024", "quality": "standard"}, {"quality": "hd"}, {}, "0.08"),
        ({"size": "1792x1024", "quality": "hd"}, {"size": "1024x1024"}, {}, "0.08"),
        ({"size": "auto"}, {"size": "1024x1024", "quality": "standard"}, {}, "0.04"),
        ({"size": "1024x1024"}, {}, {"default_quality": "standard"}, "0.04"),
        ({}, {}, {"default_quality": "standard", "default_size": "1024x1024"}, "0.04"),
        ({"quality": "hd"}, {}, {"default_quality": "standard", "default_size": "1024x1024"}, "0.08"),
        ({"size": "1024x1024"}, {}, {}, "0.08"),
        ({}, {}, {}, "0.12"),
    ],
)
def test_size_and_quality_really_made_are_billed(fields, facts, options, usd):
    used, priced = Usage(facts=facts), target(*DALL_E, options=options)
    found = bill.of_attempt(used, seen(*ready()), request(**fields), priced, sent=True)
    assert (found.cost, found.basis) == (Decimal(usd), Basis.COMPUTED)


def test_tokens_that_the_provider_counts_are_billed_and_nothing_beside_them():
    asked = request(size="1024x1024", quality="low", partial_images=3, streamed=True)
    meter = seen(ImagePartial(0, 0, "image/png", b"x"), *ready())
    found = bill.of_attempt(tokens(50, 372), meter, asked, gpt_image(), sent=True)
    assert (found.cost, found.basis) == (Decimal("0.01513"), Basis.COMPUTED)
    assert {amount.name: int(amount.quantity) for amount in found.amounts} == {
        "text_in.token": 50,
        "image_out.token": 372,
        "image_out.image": 1,
    }


def test_pictures_are_guessed_whole_where_the_provider_counts_nothing():
    asked = request(size="1024x1024", quality="medium", n=2)
    found = bill.of_attempt(Usage(), seen(*ready(2)), asked, gpt_image(), sent=True)
    assert found.state is LedgerState.ESTIMATED
    assert found.cost == 2 * 1056 * Decimal("0.00004") + 34 * Decimal("0.000005")


def test_of_a_cut_answer_what_had_begun_is_billed_whole_and_the_rest_not_at_all():
    asked = request(size="1024x1024", quality="high", n=4, partial_images=1, streamed=True)
    shown = (*ready(1), ImagePartial(1, 0, "image/png", b"x"))
    found = bill.of_attempt(None, seen(*shown), asked, gpt_image(), sent=True)
    image, text = 2 * 4160 + 100, 34
    assert (found.cost, found.basis) == (
        image * Decimal("0.00004") + text * Decimal("0.000005"),
        Basis.ESTIMATED,
    )
    assert "image_out.image" not in {amount.name for amount in found.amounts}


def test_pictures_of_a_cut_answer_are_counted_by_the_piece():
    shown = (*ready(1), ImagePartial(1, 0, "image/png", b"x"))
    asked = request(size="1024x1024", quality="hd", n=4)
    found = bill.of_attempt(None, seen(*shown), asked, target(*DALL_E), sent=True)
    assert (found.cost, found.basis) == (Decimal("0.16"), Basis.ESTIMATED)


def test_a_request_that_was_sent_owes_its_input():
    asked = request(mode=ImageMode.EDIT, images=(PICTURE,))
    found = bill.of_attempt(None, seen(), asked, gpt_image(), sent=True)
    assert found.cost == 34 * Decimal("0.000005") + 1750 * Decimal("0.00001")


@pytest.mark.parametrize("prices", [GPT_IMAGE, DALL_E], ids=["tokens", "pieces"])
def test_of_an_answer_that_broke_before_its_first_picture_all_are_guessed(prices):
    asked = request(size="1024x1024", quality="high" if prices is GPT_IMAGE else "hd", n=2)
    sending = Sending()
    begun = target(*prices, options={"image_token_table": TABLE}, sending=sending)
    before = bill.of_attempt(None, seen(), asked, begun, sent=True)
    sending.answered = True
    after = bill.of_attempt(None, seen(), asked, begun, sent=True)
    picture = 4160 * Decimal("0.00004") if prices is GPT_IMAGE else Decimal("0.08")
    assert (after.cost - before.cost, after.basis) == (2 * picture, Basis.ESTIMATED)
    told_why = bill.of_attempt(None, seen(), asked, begun, sent=False)
    assert (told_why.state, told_why.cost) == (LedgerState.RELEASED, Decimal(0))


def test_an_answer_without_any_picture_is_free_unless_the_provider_charged_for_it():
    empty = bill.of_attempt(tokens(50, 0), seen(), request(), gpt_image(), sent=True)
    assert (empty.state, empty.cost) == (LedgerState.RELEASED, Decimal(0))
    charged = Usage(reported_cost=Decimal("0.01"))
    found = bill.of_attempt(charged, seen(), request(), gpt_image(), sent=True)
    assert (found.cost, found.basis) == (Decimal("0.01"), Basis.REPORTED)


def test_a_sheet_without_a_price_of_pictures_is_no_price():
    half = target(Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.000005")))
    assert worst(request(), half) is None
    found = bill.of_attempt(tokens(50, 272), seen(*ready()), request(), half, sent=True)
    assert (found.cost, found.basis) == (None, Basis.UNPRICED)


def test_a_size_without_a_price_is_unpriced():
    found = bill.of_attempt(
        Usage(facts={"size": "64x64"}), seen(*ready()), request(), target(*DALL_E), sent=True
    )
    assert (found.cost, found.basis) == (None, Basis.UNPRICED)


@pytest.mark.parametrize(("form", "name"), [(ImageFormat.AUTO, ""), (ImageFormat.WEBP, "webp")])
def test_the_record_names_the_format_asked_for(form, name):
    assert ESTIMATES.format(request(format=form), None) == name


@pytest.mark.parametrize("size", ["1024x1024", "1536x1024", "1024x1536"])
@pytest.mark.parametrize("quality", TABLE)
@pytest.mark.parametrize("n", [1, 4])
def test_no_bill_is_above_its_estimate(size, quality, n):
    asked = request(size=size, quality=quality, n=n, partial_images=2)
    used = tokens(25, n * (TABLE[quality][size] + 200))
    owed = bill.of_attempt(used, seen(*ready(n)), asked, gpt_image(), sent=True).cost
    guessed = bill.of_attempt(None, seen(*ready(n)), asked, gpt_image(), sent=True).cost
    assert max(owed, guessed) <= worst(asked, gpt_image())
