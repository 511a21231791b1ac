"""The view that returns code samples."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import key as key
from tests.core.api.conftest import lab as lab
from tests.core.api.conftest import model as model
from tests.live import live as live


def post(client: Client, **body: Any) -> Any:
    return client.post("/code", json.dumps(body), content_type="application/json")


def test_the_code_view_renders_the_request_on_screen(client, alice, model):
    client.force_login(alice)
    params = {"input": "Hi", "voice": "ben", "response_format": "flac", "plain": True}
    answer = post(client, task="speech", model="lab/alto", params=params)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.findall(r'id="sample-(\w+)"', page) == ["python", "typescript", "curl", "openrouter"]
    assert "speech.flac" in page
    assert "plain" not in page


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"task": "speech", "model": "lab/alto", "params": []},
        {"task": "speech", "model": "lab/alto", "params": {"input": 5}},
        {"task": "speech", "model": "lab/alto", "params": {"input": "x", "response_format": "exe"}},
        {"task": "chat", "model": "lab/alto", "params": {"input": "x"}},
        {"task": "image", "model": "lab/alto", "params": {"input": "x"}},
        {"task": "juggling", "model": "lab/alto", "params": {"input": "x"}},
        {"task": ["speech"], "model": "lab/alto", "params": {"input": "x"}},
    ],
)
def test_an_invalid_request_has_no_code(client, alice, model, body):
    client.force_login(alice)
    answer = post(client, **body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_code_needs_a_signed_in_user_and_a_csrf_token(alice):
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, task="speech").status_code == 403
    strict.force_login(alice)
    assert post(strict, task="speech").status_code == 403
    relaxed = Client()
    assert post(relaxed, task="speech").status_code == 302
