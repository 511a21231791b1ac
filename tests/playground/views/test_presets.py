"""Presets of settings."""

from __future__ import annotations

import json

import pytest

from playground.models import Preset
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import (
    client_of,
)
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_presets_are_kept_by_name(alice, bob, anyio_backend):
    mine, theirs = await client_of(alice), await client_of(bob)
    for temperature in (0, 1):
        body = {"name": " Dry ", "settings": {"temperature": temperature}}
        answer = await mine.post("/presets/", body, content_type="application/json")
        assert answer.status_code == 201
    (preset,) = json.loads((await mine.get("/presets/")).content)["presets"]
    assert preset == {**json.loads(answer.content), "name": "Dry", "settings": {"temperature": 1}}
    assert json.loads((await theirs.get("/presets/")).content) == {"presets": []}
    wrong = {"name": "x", "settings": {"api_key": "y"}}
    assert (await mine.post("/presets/", wrong, content_type="application/json")).status_code == 400
    assert (await mine.post(f"/presets/{preset['id']}/delete")).status_code == 204
    assert await Preset.objects.acount() == 0


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"temperature": "hot"}, "settings.temperature"),
        ({"top_p": True}, "settings.top_p"),
        ({"max_tokens": 1.5}, "settings.max_tokens"),
        ({"seed": "7"}, "settings.seed"),
        ({"system": 1}, "settings.system"),
        ({"spoken": "yes"}, "settings.spoken"),
        ({"response_format": "json_object"}, "settings.response_format"),
        ({"colour": "red"}, "settings.colour"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_preset_of_wrong_types_is_refused(alice, anyio_backend, wrong, param):
    mine = await client_of(alice)
    body = {"name": "Wrong", "settings": wrong}
    answer = await mine.post("/presets/", body, content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["error"]["param"]) == (400, param)
    assert await Preset.objects.acount() == 0
