"""The tab that draws: its choices, its prices, its reasons, whose pictures and runs it shows."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.translation import override

from core.catalogue import snapshot
from core.catalogue.listing import listing
from core.catalogue.lookup import get
from core.catalogue.route import route
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.ledger.estimates.tasks import estimate
from core.models import AIModel, Endpoint, Price, Provider
from playground.models import Run, Upload
from playground.studios import image
from playground.studios.cards import card
from playground.studios.choices.image_settings import choices, label

pytestmark = pytest.mark.django_db

BRUSH = "stage/brush"
PICTURE = ImageFile("/tmp/none.png", "a.png", "image/png", 100, 64, 48)
LIMITS = {
    "characters": 400,
    "n": 4,
    "images": 4,
    "sizes": ["auto", "64x48"],
    "custom_size": {"edge": 256, "multiple": 16},
    "qualities": ["auto", "low", "high"],
    "partial_images": 3,
    "seed": True,
    "mask": True,
}


def create_model(slug: str = BRUSH, limits=None, tasks=("image",), **fields) -> AIModel:
    provider, _ = Provider.objects.get_or_create(
        slug="stage", defaults={"name": "Stage", "wire": "rehearsal", "needs_key": False}
    )
    model = AIModel.objects.create(
        slug=slug, name=slug, tasks=list(tasks), input_modalities=["text", "image"],
        output_modalities=["image"], limits=LIMITS if limits is None else limits, **fields,
    )  # fmt: skip
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal-image")
    for quality, dollars in (("low", "0.01"), ("high", "0.04")):
        Price.objects.create(
            endpoint=endpoint,
            kind="image_out",
            unit="image",
            usd_per_unit=dollars,
            condition={"quality": quality},
        )
    snapshot.refresh_if_changed()
    return model


def create_picture(user, name: str = "fox.png") -> Upload:
    return Upload.objects.create(
        user=user, name=name, media_type="image/png", bytes=5, file=f"uploads/{user.pk}/{uuid4()}.png",
        probe={"width": 64, "height": 48},
    )  # fmt: skip


def create_run(user, **fields) -> Run:
    known = {"task": "image", "model": BRUSH, "title": "A fox", "state": "completed", **fields}
    return Run.objects.create(user=user, **known)


def context(user, slug: str = BRUSH, **query):
    return image.studio(listing(get(slug)), user, query)


def opened(client, user, path: str):
    client.force_login(user)
    return client.get(path)


def test_choices_have_labels_and_the_model_chooses_first(alice):
    create_model()
    found = context(alice)["choices"]
    assert found["size"] == [("", "Automatic"), ("64x48", "64 × 48"), ("custom", "Custom")]
    assert found["quality"] == [("", "Automatic"), ("low", "Low"), ("high", "High")]
    assert found["background"] == found["style"] == found["output_format"] == []
    with override("ru"):
        assert choices(get(BRUSH))["quality"][1:] == [("low", "Низкое"), ("high", "Высокое")]


def test_a_custom_size_needs_no_listed_one(alice):
    create_model(limits={"custom_size": {"multiple": 8}})
    assert context(alice)["choices"]["size"] == [("", "Automatic"), ("custom", "Custom")]
    assert context(alice)["custom_size"] == {"edge": 4096, "multiple": 8}


@pytest.mark.parametrize(
    ("value", "text"), [("1024x1536", "1024 × 1536"), ("16:9", "16:9"), ("xhigh", "Very high"), ("2x", "2x")]
)
def test_values_are_told_as_people_say_them(value, text):
    assert label(value) == text


def test_prices_are_those_of_a_picture_at_most(alice):
    create_model()
    row = {"auto": 0.04, "64x48": 0.04}
    assert context(alice)["prices"] == [
        {
            "pictures": {"auto": row, "low": dict.fromkeys(row, 0.01), "high": row},
            "custom": {"auto": (0.04, 0), "low": (0.01, 0), "high": (0.04, 0)},
            "file": 0,
            "partial": 0,
            "byte": 0,
        }
    ]
    Endpoint.objects.create(
        model=AIModel.objects.get(), provider=Provider.objects.get(slug="stage"), upstream_id="other"
    )
    snapshot.refresh_if_changed()
    assert context(alice)["prices"] == []  # one endpoint has none


def test_what_is_sent_along_and_unlisted_sizes_have_their_price(alice):
    endpoint = Endpoint.objects.get(model=create_model(limits={**LIMITS, "partial_images": 3}))
    table = {"low": {"64x48": 300}, "high": {"64x48": 3_000}}
    endpoint.options = {"image_token_table": table, "image_in_tokens": 1_000, "partial_image_tokens": 100}
    endpoint.save()
    endpoint.prices.all().delete()
    for kind, dollars in (("text_in", 5), ("image_in", 8), ("image_out", 30)):
        price = Decimal(dollars) / 1_000_000
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=price)
    snapshot.refresh_if_changed()
    (prices,) = context(alice)["prices"]
    text = 65 * 5e-6
    assert prices["pictures"]["low"] == pytest.approx({"auto": 300 * 3e-5 + text, "64x48": 300 * 3e-5 + text})
    assert prices["pictures"]["auto"]["auto"] == pytest.approx(3_000 * 3e-5 + text)
    assert [prices[name] for name in ("file", "partial", "byte")] == pytest.approx([0.008, 0.003, 5e-6])
    least, each = prices["custom"]["high"]
    request = ImageRequest(BRUSH, "xx", quality="high", size="128x96", n=1)
    reserved = estimate(request, route(request))
    assert least + each * 128 * 96 + prices["byte"] == pytest.approx(float(reserved), abs=3e-5)
    sent = replace(
        request, size="64x48", mode=ImageMode.EDIT, images=(PICTURE, PICTURE), mask=PICTURE,
        n=2, partial_images=2, streamed=True, prompt="Blur it",
    )  # fmt: skip
    most = 2 * (prices["pictures"]["high"]["64x48"] + 2 * prices["partial"])
    most += 3 * prices["file"] + len(sent.prompt) * prices["byte"]
    reserved = float(estimate(sent, route(request)))
    assert reserved <= most == pytest.approx(reserved, abs=70 * 5e-6)


def test_what_a_model_cannot_do_names_those_that_can(alice):
    create_model()
    create_model("stage/words", limits={"n": 1})
    able, unable = context(alice), context(alice, "stage/words")
    assert [able[name] for name in ("why_edit", "why_mask", "why_seed")] == ["", "", ""]
    assert unable["why_edit"].startswith("This model draws from words only. These can: ")
    assert BRUSH in unable["why_edit"]
    assert (unable["varies"], unable["masked"], unable["most"], unable["most_images"]) == (False, False, 1, 0)


def test_examples_are_the_models_own_first(alice):
    create_model(examples={"en": "A fox\nA hen", "ru": "Лиса", "edit-en": "Sepia"})
    found = context(alice)
    assert found["examples"] == ["A fox", "A hen", str(image.EXAMPLES[0])]
    assert found["edit_examples"][0] == "Sepia"
    assert found["prompt"] == "A fox"
    with override("ru"):
        found = context(alice)
        assert (found["examples"][0], found["edit_examples"][0]) == ("Лиса", "Sepia")
    assert context(alice, prompt="Mine")["prompt"] == "Mine"


def test_linked_pictures_are_the_users_own(client, alice, bob, charlie):
    create_model()
    mine = create_picture(alice)
    (found,) = context(alice, image=str(mine.id))["sources"]
    assert (found["id"], found["name"], found["width"], found["height"]) == (str(mine.id), "fox.png", 64, 48)
    assert opened(client, alice, f"/models/{BRUSH}?image={mine.id}").status_code == 200
    for stranger in (bob, charlie):
        assert opened(client, stranger, f"/models/{BRUSH}?image={mine.id}").status_code == 404
    for unknown in ("x", str(uuid4())):
        assert opened(client, alice, f"/models/{BRUSH}?image={unknown}").status_code == 404
    text = Upload.objects.create(user=alice, name="a.txt", media_type="text/plain", bytes=1, file="x")
    assert opened(client, alice, f"/models/{BRUSH}?image={text.id}").status_code == 404


def test_runs_have_what_showing_and_using_them_again_needs(alice, bob, django_assert_max_num_queries):
    create_model()
    source, mask, made = create_picture(alice), create_picture(alice, "mask.png"), create_picture(alice)
    answer = {"images": [{"url": "/x", "media_type": "image/png", "upload": {"id": str(made.id)}}]}
    params = {
        "prompt": "A fox",
        "images": [{"upload": str(source.id)}, {"upload": str(uuid4())}],
        "mask": {"upload": str(mask.id)},
    }
    run = create_run(alice, params=params, answer=answer, receipt={"cost": 0.04})
    run.uploads.set([source, mask, made])
    varied = create_run(alice, params={"image": {"upload": str(made.id)}}, state="running")
    varied.uploads.set([made])
    create_run(bob)
    with django_assert_max_num_queries(4):
        found = context(alice)
    assert [row.id for row in found["runs"]] == [run.id]
    assert found["running"] == varied
    assert list(found["details"]) == [str(varied.id), str(run.id)]
    entry = found["details"][str(run.id)]
    assert [file["id"] for file in entry["inputs"]] == [str(source.id)]
    assert (entry["mask"]["id"], entry["images"], entry["params"]) == (
        str(mask.id),
        answer["images"],
        params,
    )
    assert entry["receipt"] == {"cost": 0.04}
    assert [file["id"] for file in found["details"][str(varied.id)]["inputs"]] == [str(made.id)]


def test_the_page_holds_prompts_and_answers_as_text(client, alice):
    create_model()
    evil = "</script><script>alert(1)</script>"
    create_run(alice, title=evil, params={"prompt": evil}, answer={"question": evil, "images": []})
    page = opened(client, alice, f"/models/{BRUSH}?prompt={evil}").content.decode()
    assert "<script>alert" not in page
    (runs,) = re.findall(r'<script id="image-runs" type="application/json">(.*?)</script>', page)
    assert [run["title"] for run in json.loads(runs).values()] == [evil]


def test_a_model_of_two_tasks_has_a_tab_for_each(client, alice):
    create_model(tasks=("chat", "image"))
    chat = opened(client, alice, f"/models/{BRUSH}").content.decode()
    drawn = opened(client, alice, f"/models/{BRUSH}?task=image").content.decode()
    assert re.findall(r"<(\w+-studio)", chat) == ["chat-studio"]
    assert re.findall(r"<(\w+-studio)", drawn) == ["image-studio"]
    tab = r'<a class="tab" href="([^"]*)"( aria-current="page")?>([^<]*)'
    assert re.findall(tab, drawn)[:3] == [
        ("?task=chat", "", "Chat"),
        ("?task=image", ' aria-current="page"', "Images"),
        ("?tab=code", "", "Code"),
    ]
    assert re.findall(tab, chat)[0] == ("?task=chat", ' aria-current="page"', "Chat")


def test_a_receipt_shows_prompt_pictures_and_inputs(client, alice, bob, charlie):
    create_model()
    source, made = create_picture(alice), create_picture(alice, "image-1.png")
    stored = {"url": f"/uploads/{made.id}", "media_type": "image/png", "upload": {"id": str(made.id)}}
    remote = {"url": "https://img.example/1.png", "media_type": "image/png", "remote": True}
    run = create_run(
        alice,
        params={"prompt": "A <b>fox</b>", "size": "64x48", "images": [{"upload": str(source.id)}]},
        answer={"question": "A <b>fox</b>", "images": [{**stored, "revised_prompt": "A red fox"}, remote]},
    )
    run.uploads.set([source, made])
    page = opened(client, alice, f"/runs/{run.id}").content.decode()
    assert page.count("A &lt;b&gt;fox&lt;/b&gt;") == 2  # the prompt, and the alternative text
    assert re.findall(r"<dt>(Size|Names and words[^<]*|images)</dt>", page) == ["Size"]
    assert re.findall(r'<img src="([^"]*)"', page) == [f"/uploads/{made.id}", f"/uploads/{source.id}"]
    assert 'href="https://img.example/1.png" rel="noreferrer noopener"' in page
    assert "A red fox" in page
    history = opened(client, alice, "/history?q=fox").content.decode()
    assert f'href="/runs/{run.id}" aria-label="Show: A fox"><img src="" alt' in history
    for stranger in (bob, charlie):
        assert opened(client, stranger, f"/runs/{run.id}").status_code == 404


@pytest.mark.parametrize(
    ("limits", "facts"),
    [(LIMITS, ["edits within a mask"]), ({"images": 1}, ["edits pictures"]), ({"n": 1, "mask": True}, [])],
)
def test_a_card_says_whether_a_model_edits(limits, facts):
    create_model(limits=limits)
    assert card(listing(get(BRUSH)))["facts"] == facts


def test_a_model_without_a_price_has_none(alice):
    create_model()
    Price.objects.all().delete()
    snapshot.refresh_if_changed()
    assert context(alice)["prices"] == []
    endpoint = Endpoint.objects.get(model__slug=BRUSH)
    Price.objects.create(endpoint=endpoint, kind="request", unit="request", usd_per_unit=Decimal(0))
    snapshot.refresh_if_changed()
    assert context(alice)["prices"][0]["pictures"]["auto"]["auto"] == 0
