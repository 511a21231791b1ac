"""The seed's prices of pictures come to what vendors publish for each size and quality."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue.seed import files
from core.contract.events import ImageReady
from core.contract.image import ImageRequest
from core.contract.route import Route, Target
from core.contract.usage import Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill
from core.ledger.estimates.tasks import estimate
from core.ledger.metering import Meter
from core.models.options import check_limits, check_options

SEED = files.read()
SQUARE, PORTRAIT, LANDSCAPE = "1024x1024", "1024x1536", "1536x1024"
PUBLISHED = [
    ("openai/gpt-image-1", "low", SQUARE, "0.011"),
    ("openai/gpt-image-1", "medium", SQUARE, "0.042"),
    ("openai/gpt-image-1", "high", SQUARE, "0.167"),
    ("openai/gpt-image-1", "low", PORTRAIT, "0.016"),
    ("openai/gpt-image-1", "medium", PORTRAIT, "0.063"),
    ("openai/gpt-image-1", "high", PORTRAIT, "0.25"),
    ("openai/gpt-image-1-mini", "low", SQUARE, "0.005"),
    ("openai/gpt-image-1-mini", "high", SQUARE, "0.036"),
    ("openai/gpt-image-2", "low", SQUARE, "0.006"),
    ("openai/gpt-image-2", "medium", SQUARE, "0.053"),
    ("openai/gpt-image-2", "high", SQUARE, "0.211"),
    ("openai/gpt-image-2", "high", LANDSCAPE, "0.165"),
    ("openai/dall-e-2", "", "256x256", "0.016"),
    ("openai/dall-e-2", "", "512x512", "0.018"),
    ("openai/dall-e-2", "", SQUARE, "0.02"),
    ("openai/dall-e-3", "standard", SQUARE, "0.04"),
    ("openai/dall-e-3", "standard", "1792x1024", "0.08"),
    ("openai/dall-e-3", "hd", SQUARE, "0.08"),
    ("openai/dall-e-3", "hd", "1024x1792", "0.12"),
    ("google/gemini-2.5-flash-image", "", "", "0.039"),
]
CENT_OF_A_DIME = Decimal("0.001")
"""The last digit that vendors publish."""


def priced(slug: str) -> Target:
    provider = "google" if slug.startswith("google/") else "openai"
    rows = SEED.prices[slug, provider]
    prices = tuple(
        Price(Kind(row["kind"]), Unit(row["unit"]), Decimal(row["usd_per_unit"]), row.get("condition", {}))
        for row in rows
    )
    options = SEED.endpoints[slug, provider]["options"]
    return Target(1, provider, provider, provider, "", slug, prices=prices, options=options)


def drawn(n: int = 1) -> Meter:
    meter = Meter()
    for index in range(n):
        meter.note(ImageReady(index, "image/png", b"png"))
    return meter


@pytest.mark.parametrize(("slug", "quality", "size", "usd"), PUBLISHED)
def test_a_picture_comes_to_its_published_price(slug, quality, size, usd):
    asked, to = ImageRequest(slug, "", quality=quality, size=size), priced(slug)
    owed = bill.of_attempt(Usage(), drawn(), asked, to, sent=True)
    assert abs(owed.cost - Decimal(usd)) <= CENT_OF_A_DIME
    assert owed.cost <= estimate(asked, Route(slug, (to,)))


@pytest.mark.parametrize(
    ("slug", "counts", "usd"),
    [
        ("openai/gpt-image-1", {"text_in": 1000, "image_in": 1000, "image_out": 1000}, "0.055"),
        ("openai/gpt-image-1-mini", {"text_in": 1000, "image_in": 1000, "image_out": 1000}, "0.0125"),
        (
            "openai/gpt-image-1.5",
            {"text_in": 1000, "image_in": 1000, "image_out": 1000, "text_out": 1000},
            "0.055",
        ),
        ("openai/gpt-image-2", {"text_in": 1000, "image_in": 1000, "image_out": 1000}, "0.043"),
        ("openai/gpt-image-2.5-sunburst", {"text_in": 1000, "image_in": 1000, "image_out": 1000}, "0.043"),
        ("openai/gpt-image-2.5-flare", {"text_in": 1000, "image_in": 1000, "image_out": 1000}, "0.043"),
        ("google/gemini-2.5-flash-image", {"text_in": 1000, "image_out": 1290}, "0.039"),
    ],
)
def test_tokens_that_a_provider_counts_come_to_their_rates(slug, counts, usd):
    amounts = tuple(Amount(Kind(kind), Unit.TOKEN, Decimal(count)) for kind, count in counts.items())
    owed = bill.of_attempt(Usage(amounts), drawn(), ImageRequest(slug, "x"), priced(slug), sent=True)
    assert (owed.cost, owed.basis) == (Decimal(usd), Basis.COMPUTED)


@pytest.mark.parametrize("slug", ["openai/gpt-image-2.6-sunburst", "openai/chatgpt-image-latest"])
def test_a_model_without_published_price_is_unpriced(slug):
    owed = bill.of_attempt(Usage(), drawn(), ImageRequest(slug, "x"), priced(slug), sent=True)
    assert (owed.cost, owed.basis) == (None, Basis.UNPRICED)


IMAGE_MODELS = [slug for slug, row in SEED.models.items() if "image" in row["tasks"]]


@pytest.mark.parametrize("slug", IMAGE_MODELS)
def test_the_limits_of_an_image_model_say_what_it_takes(slug):
    limits = SEED.models[slug]["limits"]
    check_limits(limits)
    assert limits["n"] >= 1
    takes_images = "image" in SEED.models[slug]["input_modalities"]
    assert bool(limits.get("images")) is takes_images
    for (model, _provider), endpoint in SEED.endpoints.items():
        if model == slug:
            check_options(endpoint["options"])
            table = endpoint["options"].get("image_token_table", {})
            assert not table or set(table) == set(limits["qualities"]) - {"auto"}
