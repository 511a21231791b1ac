"""Chat samples are run as they are shown: only the key and the files are put in."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from playground.samples.sample import PLACEHOLDER
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import key as key
from tests.core.api.conftest import lab as lab
from tests.fakes.chat import IMAGE
from tests.live import live as live
from tests.playground.samples.runner import FILES, NODE_MODULES, runner
from tests.playground.wav_file import wav_bytes

AWKWARD = 'She said "it\'s $(touch x) `y` \\" & left; 你好 🎭 </script> %s ${HOME} {q} data:'
PNG = IMAGE
CONTENTS = {"it's a kiwi.png": PNG, "talk.wav": wav_bytes(0.1), "paper.pdf": b"%PDF-1.4\n"}
TYPES = {"png": "image/png", "wav": "audio/wav", "pdf": "application/pdf"}


@pytest.fixture
def chat_model(lab):
    everything = ["text", "image", "file", "audio", "video"]
    return make_chat_model(lab, input_modalities=everything, output_modalities=["text", "audio", "image"])


def uploaded(user) -> dict[str, str]:
    """Ids of the files by their names."""
    from playground.models import Upload  # noqa: PLC0415 - the registry is not ready at import time

    found = {}
    for name, content in CONTENTS.items():
        stored = default_storage.save(f"uploads/1/{name}", ContentFile(content))
        media_type = TYPES[name.rpartition(".")[2]]
        row = Upload.objects.create(
            user=user, name=name, media_type=media_type, bytes=len(content), file=stored
        )
        found[name] = str(row.id)
    return found


def messages(ids: dict[str, str]) -> list[dict[str, Any]]:
    kiwi, talk, paper = ids.values()
    content = [
        {"type": "text", "text": AWKWARD},
        {"type": "image_url", "image_url": {"upload": kiwi, "detail": "low"}},
        {"type": "input_audio", "input_audio": {"upload": talk}},
        {"type": "file", "file": {"upload": paper, "filename": "paper.pdf"}},
    ]
    return [{"role": "user", "content": content}]


def page_samples(client, live, **body: Any) -> dict[str, str]:
    """The samples of the page, as text."""
    answer = client.post(
        "/code", json.dumps(body), content_type="application/json", headers={"host": "testserver"}
    )
    assert answer.status_code == 200, answer.content
    samples = re.findall(r'id="sample-(\w+)".*?<code[^>]*>(.*?)</code>', answer.content.decode(), re.DOTALL)
    plain = {name: re.sub(r"<[^>]+>", "", code) for name, code in samples}
    entities = {"&quot;": '"', "&#39;": "'", "&#x27;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
    for entity, character in entities.items():
        plain = {name: code.replace(entity, character) for name, code in plain.items()}
    return {name: code.replace("http://testserver", live.url) for name, code in plain.items()}


def run_sample(name: str, code: str, key: str, folder: Path) -> str:
    for file, content in CONTENTS.items():
        (folder / file).write_bytes(content)
    if name == "typescript":
        (folder / "node_modules").symlink_to(NODE_MODULES / "node_modules")
    (folder / FILES[name]).write_text(code.replace(PLACEHOLDER, key), encoding="utf-8")
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*runner(name), FILES[name]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + code
    return done.stdout


@pytest.mark.parametrize("name", FILES)
def test_a_sample_makes_the_request_it_shows(name, client, live, key, alice, chat_model, provider, tmp_path):
    live.refresh()
    client.force_login(alice)
    params = {"messages": messages(uploaded(alice)), "temperature": 0.5, "system": "Be kind."}
    code = page_samples(client, live, task="chat", model="lab/talker", params=params)[name]
    assert run_sample(name, code, key, tmp_path).strip() != ""
    (seen,) = [request.json for request in provider.requests if request.path.endswith("/chat/completions")]
    assert (seen["temperature"], seen["stream"]) == (0.5, True)
    system, asked = seen["messages"]
    assert system == {"role": "system", "content": "Be kind."}
    text, image, sound, file = asked["content"]
    assert text == {"type": "text", "text": AWKWARD}
    assert image["image_url"] == {
        "detail": "low",
        "url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}",
    }
    assert sound["input_audio"]["format"] == "wav"
    assert base64.b64decode(sound["input_audio"]["data"]) == CONTENTS["talk.wav"]
    assert file["file"]["filename"] == "paper.pdf"
    assert base64.b64decode(file["file"]["file_data"].partition(",")[2]) == CONTENTS["paper.pdf"]


@pytest.mark.parametrize("name", ["python", "typescript", "curl"])
def test_an_audio_answer_is_saved_to_a_file(name, client, live, key, alice, chat_model, provider, tmp_path):
    live.refresh()
    client.force_login(alice)
    params = {
        "messages": [{"role": "user", "content": "Speak"}],
        "modalities": ["text", "audio"],
        "audio": {"voice": "ada", "format": "wav"},
    }
    samples = page_samples(client, live, task="chat", model="lab/talker", params=params)
    assert "openrouter" not in samples
    run_sample(name, samples[name], key, tmp_path)
    assert (tmp_path / "answer.wav").read_bytes().startswith(b"RIFF")
    (seen,) = [request.json for request in provider.requests if request.path.endswith("/chat/completions")]
    assert seen["audio"] == {"voice": "ada", "format": "wav"}


def test_a_conversation_is_shown_as_code(client, live, alice, bob, chat_model):
    from playground.models import Conversation, Message  # noqa: PLC0415 - as above

    live.refresh()
    mine = Conversation.objects.create(
        user=alice, title="Birds", model="lab/talker", settings={"system": "Be kind.", "temperature": 0.25}
    )
    parent = None
    for role, text in (("user", "First"), ("assistant", "Yes?"), ("user", "Second"), ("assistant", "No.")):
        content = [{"type": "text", "text": text}] if role == "user" else []
        parent = Message.objects.create(
            conversation=mine, parent=parent, role=role, text=text, content=content
        )
    client.force_login(alice)
    body = {"task": "chat", "model": "lab/talker", "params": {}, "conversation": str(mine.id)}
    code = page_samples(client, live, **body)["python"]
    assert [text in code for text in ("Be kind.", "First", "Yes?", "Second", "No.", "0.25")] == [
        *[True] * 4,
        False,
        True,
    ]
    page = client.get(f"/models/lab/talker?tab=code&conversation={mine.id}").content.decode()
    assert "Second" in page
    client.force_login(bob)
    answer = client.post("/code", json.dumps(body), content_type="application/json")
    assert (answer.status_code, b"Second" in answer.content) == (404, False)
    assert client.get(f"/models/lab/talker?tab=code&conversation={mine.id}").status_code == 404


def test_a_chat_model_has_samples_without_a_conversation(client, live, alice, chat_model):
    live.refresh()
    client.force_login(alice)
    page = client.get("/models/lab/talker?tab=code").content.decode()
    assert re.findall(r'id="sample-(\w+)"', page) == ["python", "typescript", "curl", "openrouter"]
