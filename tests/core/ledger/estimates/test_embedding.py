"""What an embedding request can use at most, and probably used."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.embedding import EmbeddingRequest
from core.contract.image import ImageFile
from core.contract.route import Route, Target
from core.contract.usage import Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill
from core.ledger.estimates.tasks import estimate
from core.ledger.metering import Meter
from core.models.ledger import LedgerState

PER_TOKEN = Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.01"))
PER_IMAGE_TOKEN = Price(Kind.IMAGE_IN, Unit.TOKEN, Decimal("0.001"))
FOX = ImageFile("/nowhere", "image.png", "image/png", 100, 64, 48)
TEXTS = (("The fox",), ("лиса",))
"""7 and 8 bytes."""


def target(*prices: Price, **options) -> Target:
    return Target(1, "fake", "Fake", "openai", "", "m", prices=prices, options=options)


def request(*inputs, **fields) -> EmbeddingRequest:
    return EmbeddingRequest("m", inputs or TEXTS, **fields)


def billed(asked: EmbeddingRequest, where: Target, usage: Usage | None = None) -> bill.Bill:
    meter = Meter()
    meter.delivered = True
    return bill.of_attempt(usage, meter, asked, where)


@pytest.mark.parametrize(
    ("asked", "where", "cost"),
    [
        (request(), target(PER_TOKEN), "0.47"),  # 15 bytes and 16 for each
        (request(((1, 2, 3),)), target(PER_TOKEN), "0.19"),
        (request(("fox", FOX)), target(PER_TOKEN, image_in_tokens=10), "0.29"),
        (request(("fox", FOX)), target(PER_TOKEN, PER_IMAGE_TOKEN, image_in_tokens=10), "0.2"),
        (request(("fox", FOX)), target(PER_TOKEN), "70.19"),
        (request(), target(Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.01"))), "0.11"),
        (request(), target(Price(Kind.REQUEST, Unit.REQUEST, Decimal("0.5"))), "0.5"),
        (request(), target(PER_TOKEN, body={"a": "bcd"}), "0.51"),
        (request(), target(), None),
    ],
)
def test_the_upper_bound(asked, where, cost):
    assert estimate(asked, Route("m", (where,))) == (cost if cost is None else Decimal(cost))


def test_what_the_provider_counted_is_billed():
    found = billed(request(), target(PER_TOKEN), Usage((Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(5)),)))
    assert (found.cost, found.basis, found.state) == (Decimal("0.05"), Basis.COMPUTED, LedgerState.SETTLED)


@pytest.mark.parametrize(
    ("asked", "cost"),
    [(request(), "0.05"), (request(((1, 2, 3),)), "0.03"), (request(("fox", FOX)), "0.04")],
)
def test_what_it_did_not_count_is_guessed(asked, cost):
    found = billed(asked, target(PER_TOKEN, image_in_tokens=10), Usage(estimated=True))
    assert (found.cost, found.state) == (Decimal(cost), LedgerState.ESTIMATED)


def test_images_inside_the_count_of_text_are_not_billed_again():
    usage = Usage((Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(300)),))
    found = billed(request(("fox", FOX)), target(PER_TOKEN, PER_IMAGE_TOKEN), usage)
    amounts = {amount.name: amount.quantity for amount in found.amounts}
    assert (found.cost, amounts) == (Decimal(3), {"text_in.token": 300, "image_in.image": 1})


def test_characters_are_listed_where_they_are_billed():
    found = billed(request(), target(Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.01"))))
    assert {amount.name: amount.quantity for amount in found.amounts} == {"text_in.character": 11}
