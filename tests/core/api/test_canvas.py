"""`local/canvas` through the API, as it is seeded; what it refuses is not billed."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from core.catalogue.seed.tables import seed_catalogue
from core.media.pool.shared import close_shared_pools
from core.models import AIModel, UsageRecord
from tests.core.api.image_helpers import picture

MODEL = "local/canvas"


@pytest.fixture(autouse=True)
def canvas(transactional_db):
    seed_catalogue()
    yield AIModel.objects.get(slug=MODEL)
    close_shared_pools()


def image_of(encoded: str) -> Image.Image:
    image = Image.open(BytesIO(base64.b64decode(encoded)))
    image.load()
    return image


def test_a_picture_is_drawn_and_costs_nothing(live, key):
    live.refresh()
    body = {"model": MODEL, "prompt": "Mountains at dusk", "size": "512x256", "seed": 3, "quality": "low"}
    first, again = [live.post("/images/generations", key, json=body).json() for _ in range(2)]

    [drawn] = first["data"]
    assert (image_of(drawn["b64_json"]).size, image_of(drawn["b64_json"]).format) == ((512, 256), "PNG")
    assert drawn["revised_prompt"] == "Mountains, seed 3: Mountains at dusk"
    assert drawn["b64_json"] == again["data"][0]["b64_json"]
    assert [record.cost for record in UsageRecord.objects.all()] == [0, 0]


def test_a_stream_shows_it_coarse_first(live, key):
    live.refresh()
    body = {"model": MODEL, "prompt": "stars", "size": "256x256", "stream": True, "partial_images": 2}
    answer = live.post("/images/generations", key, json=body)

    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: {")]
    events = [json.loads(line) for line in lines]
    assert [event["type"] for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert {image_of(event["b64_json"]).size for event in events} == {(256, 256)}


def test_an_edit_obeys_its_mask(live, key):
    live.refresh()
    scene = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(scene).rectangle([40, 40, 200, 200], fill="navy")
    mask = Image.new("RGBA", (300, 300), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, 120, 300))
    files = {"image": ("a.png", png(scene)), "mask": ("m.png", png(mask))}
    answer = live.post("/images/edits", key, data={"model": MODEL, "prompt": "invert"}, files=files)

    edited = image_of(answer.json()["data"][0]["b64_json"]).convert("RGB")
    kept, changed = (120, 0, 300, 300), (0, 0, 120, 300)
    assert edited.crop(kept).tobytes() == scene.crop(kept).tobytes()
    assert edited.crop(changed).tobytes() != scene.crop(changed).tobytes()


def png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_variations_differ(live, key):
    live.refresh()
    files = {"image": ("a.png", picture((64, 64), mode="RGB"))}
    answer = live.post("/images/variations", key, data={"model": MODEL, "n": "2"}, files=files)

    assert len(answer.json()["data"]) == 2


def test_other_instructions_are_refused_with_a_list_and_nothing_is_billed(live, key):
    live.refresh()
    files = {"image": ("a.png", picture((64, 64), mode="RGB"))}
    answer = live.post("/images/edits", key, data={"model": MODEL, "prompt": "add a dragon"}, files=files)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["param"] == "prompt"
    assert "“dragon” is no operation of local/canvas" in error["message"]
    assert [record.cost for record in UsageRecord.objects.all() if record.cost] == []
