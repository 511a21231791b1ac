"""Chats with curl, complete and streamed."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.core.api.chat_helpers import ASK, chunks, make_chat_model, text
from tests.fakes.chat import TEXT

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(autouse=True)
def talker(lab, live):
    make_chat_model(lab)
    live.refresh()


def curl(live, key: str, **fields) -> str:
    command = ["curl", "-sSfN", "--noproxy", "*", f"{live.api}/chat/completions"]
    command += ["-H", f"Authorization: Bearer {key}", "-H", "Content-Type: application/json"]
    done = subprocess.run(
        [*command, "-d", json.dumps({**ASK, **fields})], capture_output=True, timeout=20, check=True
    )
    return done.stdout.decode()


def test_an_answer(live, key):
    assert json.loads(curl(live, key))["choices"][0]["message"]["content"] == TEXT


def test_a_stream(live, key):
    assert text(chunks(curl(live, key, stream=True))) == TEXT
