"""The AI SDK for JavaScript, where Node is present: its clients of Responses and of chats, against us.

`node_packages` installs them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.image_helpers import make_image_model, picture, size_of
from tests.fakes.chat import IMAGE, TEXT, chat
from tests.sdk.node_packages import NEEDS_NODE

SCRIPTS = Path(__file__).parent / "node"
CLIENTS = ("openai", "openai-chat", "compatible", "openrouter")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"

pytestmark = NEEDS_NODE


@pytest.fixture
def script(packages, live, key, lab, tmp_path):
    """Runs a script as a client, and gives what it tells."""
    make_chat_model(lab)
    shutil.copytree(SCRIPTS, tmp_path / "scripts")
    (tmp_path / "node_modules").symlink_to(packages)

    def run(name: str, *arguments: object) -> Any:
        live.refresh()
        command = ["node", f"scripts/{name}.mjs", *map(str, arguments)]
        environment = {
            "PATH": f"{Path(shutil.which('node') or '').parent}:/usr/bin:/bin",
            "POLYPHONY_API": live.api,
            "POLYPHONY_API_KEY": key,
        }
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


@pytest.mark.parametrize("client", CLIENTS)
def test_a_text(script, provider, client):
    found = script("text", client)
    assert (found["text"], found["finish"], found["warnings"]) == (TEXT, "stop", [])
    assert found["usage"] == [12, 10, 22]
    sent = provider.requests[0].json
    limit = sent["max_completion_tokens" if client == "openai" else "max_tokens"]
    assert (sent["temperature"], limit) == (0.3, 50)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_stream_comes_while_it_is_made(script, provider, client):
    provider.script("ok", chat(delay=0.1))
    found = script("stream", client)
    assert (found["text"], found["finish"], found["usage"]) == (TEXT, "stop", [12, 10])
    assert found["pieces"] == len(TEXT.split())
    assert found["seconds"] > 0.2  # of the 0.8 that the provider takes over it


@pytest.mark.parametrize("client", CLIENTS)
def test_tools_in_a_loop(script, client):
    found = script("tools", client)
    assert found == {
        "asked": ["Zürich", "Zürich"],
        "texts": [TEXT, TEXT],
        "steps": [2, 2],
        "finish": ["tool-calls", "stop"],
    }


@pytest.mark.parametrize("client", CLIENTS)
def test_structured_output(script, lab, provider, client):
    provider.script("describing", chat('{"colour": "brown", "jumps": true}'))
    make_chat_model(lab, slug="lab/describer", upstream="describing")
    assert script("object", client) == [{"colour": "brown", "jumps": True}] * 3
    for request in provider.requests:
        assert request.json["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_picture_and_a_pdf(script, provider, tmp_path, client):
    image, pdf = tmp_path / "a.png", tmp_path / "a.pdf"
    image.write_bytes(IMAGE)
    pdf.write_bytes(PDF)
    assert script("parts", client, image, pdf) == {"text": TEXT}
    text, picture, file = provider.requests[0].json["messages"][0]["content"]
    assert text["text"] == "What are these?"
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    assert file["file"]["file_data"].startswith("data:application/pdf;base64,")


@pytest.mark.parametrize("client", CLIENTS)
def test_a_conversation_goes_on(script, provider, client):
    assert script("conversation", client) == [TEXT, TEXT]
    user, answer, again = provider.requests[-1].json["messages"]
    said = answer["content"]
    assert (said if isinstance(said, str) else said[0]["text"]) == TEXT
    assert [message["role"] for message in (user, answer, again)] == ["user", "assistant", "user"]


@pytest.mark.parametrize("client", CLIENTS)
def test_failures_are_typed(script, lab, client):
    make_chat_model(lab, slug="lab/limited", upstream="limited")
    make_chat_model(lab, slug="lab/cutter", upstream="cut")
    found = script("errors", client)
    missing, limited = found["told"]
    assert (missing["typed"], missing["statusCode"], missing["isRetryable"]) == (True, 404, False)
    assert "lab/nothing" in missing["message"]
    assert (limited["typed"], limited["statusCode"], limited["isRetryable"]) == (True, 429, True)
    assert found["text"] == "The quick brown"
    # OpenAI's own client of chats looks for an error only where a chunk has no choices
    expected = (
        ("", "other") if client == "openai-chat" else ("The connection to the provider broke.", "error")
    )
    assert (found["failure"], found["finish"]) == expected


def test_openais_own_client(script):
    found = script("responses", "openai")
    assert found == {"texts": [TEXT] * 3, "status": "completed", "refusal": [True, "previous_response_id"]}


@pytest.mark.parametrize("client", ["openai", "compatible"])
def test_pictures(script, client, tmp_path):
    make_image_model()
    fox = tmp_path / "fox.png"
    fox.write_bytes(picture())
    found = script("image", client, fox)
    assert [size_of(each) for each in found["drawn"]] == [(64, 48)] * 2
    assert [size_of(each) for each in found["edited"]] == [(64, 48)]
    assert found["types"] == ["image/png"] * 2
