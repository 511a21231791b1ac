"""Finished pictures in the shapes of OpenAI and OpenRouter."""

from __future__ import annotations

from decimal import Decimal

from core.bodies.files.base64_value import Base64
from core.bodies.image.collector import FinishedImages
from core.bodies.image.events import ImageEventWriter
from core.bodies.image.response import render_images
from core.bodies.image.usage import NO_USAGE, image_usage
from core.contract.events import ChatDelta, ImagePartial, ImageReady, Outcome, Receipt, Started, Used
from core.contract.image import ImageMode, ImageRequest
from core.contract.usage import Amount, Basis, Kind, Unit, Usage
from tests.core.bodies.image.pictures import png

FOX = ImageRequest("m", "A fox", quality="low", background="transparent")
PICTURE = png()
READY = ImageReady(0, "image/png", PICTURE, revised_prompt="A red fox")
CREATED = 1_764_000_000


def receipt(*amounts: Amount, cost: Decimal | None = None) -> Receipt:
    return Receipt("gen-1", Outcome.COMPLETED, "m", "lab", amounts, cost, Basis.COMPUTED, 1, 2)


def test_an_answer_has_pictures_and_what_is_known_of_them():
    answer = FinishedImages((READY, ImageReady(1, "image/png", PICTURE)), {})
    assert render_images(answer, FOX, CREATED, {"cost": None}) == {
        "created": CREATED,
        "data": [
            {"b64_json": Base64(PICTURE), "revised_prompt": "A red fox", "media_type": "image/png"},
            {"b64_json": Base64(PICTURE), "media_type": "image/png"},
        ],
        "background": "transparent",
        "output_format": "png",
        "size": "64x48",
        "quality": "low",
        "usage": {"cost": None},
    }


def test_the_provider_knows_best_and_what_nobody_knows_is_left_out():
    facts = {"size": "1024x1024", "quality": "high"}
    found = render_images(FinishedImages((READY,), facts), FOX, CREATED, {})
    assert (found["size"], found["quality"]) == ("1024x1024", "high")
    webp = FinishedImages((ImageReady(0, "image/webp", b"?"),), {})
    found = render_images(webp, ImageRequest("m", "A fox"), CREATED, {})
    assert found.keys() == {"created", "data", "output_format", "usage"}


def test_addresses_stand_for_the_pictures():
    answer = FinishedImages((READY, ImageReady(1, "image/png", url="https://lab.example/fox.png")), {})
    found = render_images(answer, FOX, CREATED, {}, ["http://here/a", "https://lab.example/fox.png"])
    assert [picture["url"] for picture in found["data"]] == ["http://here/a", "https://lab.example/fox.png"]
    assert "b64_json" not in found["data"][0]
    assert render_images(answer, FOX, CREATED, {})["data"][1]["url"] == "https://lab.example/fox.png"


def test_usage_has_tokens_cost_and_units():
    amounts = (
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(10)),
        Amount(Kind.IMAGE_IN, Unit.TOKEN, Decimal(40)),
        Amount(Kind.IMAGE_OUT, Unit.TOKEN, Decimal(272)),
        Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(1)),
    )
    assert image_usage(receipt(*amounts, cost=Decimal("0.01"))) == {
        "input_tokens": 50,
        "output_tokens": 272,
        "total_tokens": 322,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 272},
        "cost": Decimal("0.01"),
        "units": {
            "text_in.token": Decimal(10),
            "image_in.token": Decimal(40),
            "image_out.token": Decimal(272),
            "image_out.image": Decimal(1),
        },
    }


def test_usage_without_tokens_and_without_a_price():
    found = image_usage(receipt(Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(2))))
    assert (found["total_tokens"], found["cost"], found["units"]) == (
        0,
        None,
        {"image_out.image": Decimal(2)},
    )


def test_events_hold_the_last_picture_back_for_the_usage():
    writer = ImageEventWriter(FOX, CREATED)
    second = ImageReady(1, "image/png", PICTURE)
    assert writer.note(Started("lab", "m", 1)) == []
    (partial,) = writer.note(ImagePartial(0, 0, "image/png", PICTURE))
    shared = {
        "b64_json": Base64(PICTURE), "index": 0, "media_type": "image/png", "created_at": CREATED,
        "created": CREATED, "size": "64x48", "quality": "low", "background": "transparent",
        "output_format": "png",
    }  # fmt: skip
    assert partial == {"type": "image_generation.partial_image", "partial_image_index": 0, **shared}
    assert (writer.note(READY), writer.has_image) == ([], True)
    assert writer.note(second) == [{"type": "image_generation.completed", **shared, "usage": NO_USAGE}]
    usage = {"total_tokens": 7}
    assert writer.end(usage) == {"type": "image_generation.completed", **shared, "index": 1, "usage": usage}


def test_events_are_called_by_the_mode_or_as_asked():
    for mode, prefix, name in (
        (ImageMode.EDIT, "", "image_edit"),
        (ImageMode.VARY, "", "image_edit"),
        (ImageMode.EDIT, "image_generation", "image_generation"),
    ):
        writer = ImageEventWriter(ImageRequest("m", "A fox", mode), CREATED, prefix)
        assert [event["type"] for event in writer.note(ChatDelta("Drawing."))] == [f"{name}.text_chunk"]
        (partial,) = writer.note(ImagePartial(0, 1, "image/png", b"?"))
        assert (partial["type"], partial["partial_image_index"]) == (f"{name}.partial_image", 1)
        assert (partial["size"], partial["quality"], partial["background"]) == ("auto", "auto", "auto")


def test_events_tell_what_the_provider_told_of_a_picture():
    request = ImageRequest("m", "A fox", size="1024x1024", quality="auto", background="auto")
    writer = ImageEventWriter(request, CREATED)
    told = {"size": "1536x1024", "quality": "medium", "background": "opaque"}
    (partial,) = writer.note(ImagePartial(0, 0, "image/png", PICTURE, told))
    assert {name: partial[name] for name in told} == told
    writer.note(ImageReady(0, "image/png", PICTURE, facts={"background": "auto"}))
    writer.note(Used(Usage(facts={"size": "1536x1024", "quality": "low"})))
    last = writer.end({})
    assert (last["size"], last["quality"], last["background"]) == ("1536x1024", "low", "auto")


def test_an_answer_in_one_piece_tells_the_background_that_was_made():
    request = ImageRequest("m", "A fox", background="auto", quality="auto")
    picture = ImageReady(0, "image/png", PICTURE, facts={"background": "opaque", "quality": "low"})
    found = render_images(FinishedImages((picture,), {"quality": "low"}), request, CREATED, {})
    assert (found["background"], found["quality"], found["size"]) == ("opaque", "low", "64x48")
