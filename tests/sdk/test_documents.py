"""Every sample of the documents that this program follows, with nothing changed but address and key.

What a sample leaves to its reader is filled in: files, placeholders, functions that take the sound.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.contract.audio import AudioFormat
from core.models import AIModel, UsageRecord
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.image_helpers import SLUG as BRUSH
from tests.core.api.image_helpers import make_image_model
from tests.core.api.records import settled_record
from tests.fakes.audio import audio_bytes
from tests.fakes.chat import TEXT, chat
from tests.fakes.transcription import TEXT as TRANSCRIPT
from tests.sdk.documents import Sample, is_request, samples
from tests.sdk.node_packages import NEEDS_NODE

FOLDER = os.environ.get("POLYPHONY_TEST_DATA", "")
SAMPLES = list(samples(Path(FOLDER) / "seeds")) if FOLDER else []
WRITTEN = date(2026, 11, 28)
"""The day of which the catalogue is tried: models that end later are still here."""

ADDRESSES = {
    "http://localhost:3000/api/v1": "/api/v1",
    "https://openrouter.ai/api/v1": "/api/v1",
    "https://api.orq.ai/v3/router": "/v3/router",
    "https://api.arouter.ai/v1": "/v1",
}
KEYS = ("ak_your_api_key_here", "lr_live_xxxx")
PROVIDERS = ("OPENAI", "GROQ", "MISTRAL")
DRAWING = ("openai/gpt-image-1", "openai/dall-e-2")

SKIPPED = {
    "1-3-shell": "a request line, not a command: it is tried by itself",
    "4-1-shell": "an address and a header, not a command",
}
STRING = "'str' object has no attribute 'text'"
FAILING = {
    "5-2-python": STRING,
    "5-6-python": STRING,
    "5-16-python": "object has no attribute 'choices'",
}
"""Samples that OpenAI's own client fails at with any server, once it has an answer, and what it says."""
LEAVING = "5-16-python"
"""It fails at the first event of its stream, and leaves."""

TEXT_IS_ALL = "5-3-script"
"""It asks for bare text, and prints the field of an object that OpenAI's own client does not make of it."""

LEFT_TO_THE_READER = {
    "python": {
        "image_url": 'image_url = "https://example.com/image.jpg"',
        "audio_file": 'audio_file = open("audio.mp3", "rb")',
        "process_audio_chunk": "process_audio_chunk = len",
        "play_audio_chunk": "play_audio_chunk = len",
    },
    "script": {
        "imageUrl": 'const imageUrl = "https://example.com/image.jpg";',
        "processAudioChunk": "const processAudioChunk = (value) => value.length;",
    },
}
PRINTS = {"python": "print(", "script": "console.log("}
"""How programs say what they got."""
ANALYSIS = '{"objects": ["fox"], "text_content": "", "dominant_colors": ["red"], "confidence": 0.9}'
PNG = "iVBORw0KGgo"
"""How a PNG begins in base64."""

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def why_skipped(sample: Sample) -> str:
    if sample.kind == "json" and not is_request(sample.code):
        return "a part of a body, or an answer"
    return SKIPPED.get(sample.name, "")


RUNNING = [sample for sample in SAMPLES if not why_skipped(sample)]
RUNNING_HERE = [
    pytest.param(sample, id=sample.name, marks=NEEDS_NODE if sample.kind == "script" else ())
    for sample in RUNNING
]


@pytest.fixture
def files(data, tmp_path) -> Path:
    """The files that samples name, and `base64` as those who wrote them have it: without line breaks."""
    sounds = {"mp3": audio_bytes(AudioFormat.MP3, 1.0), "wav": audio_bytes(AudioFormat.WAV, 1.0)}
    contents = {
        **dict.fromkeys(("audio.mp3", "meeting.mp3", "foreign_audio.mp3"), sounds["mp3"]),
        "interview_french.mp3": sounds["mp3"],
        **dict.fromkeys(("recording.wav", "question.wav"), sounds["wav"]),
        **dict.fromkeys(("chart.png", "original.png"), PIXEL),
        "video.mp4": (data / "samples" / "small_video.mp4").read_bytes(),
        "document.pdf": (data / "samples" / "dummy.pdf").read_bytes(),
    }
    folder = tmp_path / "reader"
    (folder / "bin").mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    program = folder / "bin" / "base64"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("base64")} -w0 "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.fixture
def catalogue(settings, lab, provider) -> None:
    """The seed on its day, each provider's address the fake's; retired models are answered for.

    `openai/gpt-4o` sees no videos, so where a sample sends one, a model that does answers for it. A rehearsal
    answers for the models that draw.
    """
    seed_catalogue()
    AIModel.objects.filter(shutdown_at__gt=WRITTEN).update(shutdown_at=None)
    AIModel.objects.filter(shutdown_at__isnull=False).update(use_replacement=True)
    settings.PROVIDER_ENVIRONMENT = {
        name: {"api_key": "sk-of-the-fake", "base_url": provider.url} for name in PROVIDERS
    }
    make_chat_model(lab, slug="lab/watcher", input_modalities=["text", "video"])
    make_image_model()
    for slug in DRAWING:
        answer_for(slug, BRUSH)


def answer_for(model: str, replacement: str) -> None:
    AIModel.objects.filter(slug=model).update(use_replacement=True, replacement=replacement)


def filled(sample: Sample, live, key: str, files: Path) -> str:
    """The sample with our address and key, its placeholders, and what it left to its reader."""
    code = sample.code
    for address, path in ADDRESSES.items():
        code = code.replace(address, live.url + path)
    for written in KEYS:
        code = code.replace(written, key)
    for placeholder, name in (
        ("[base64_encoded_audio_data]", "audio.mp3"),
        ("<base64-encoded-audio>", "question.wav"),
        ("YOUR_BASE64_ENCODED_VIDEO_STRING", "video.mp4"),
        ("YOUR_BASE64_ENCODED_PDF", "document.pdf"),
        ("base64,...", "audio.mp3"),
    ):
        prefix = "base64," if placeholder.startswith("base64,") else ""
        code = code.replace(placeholder, prefix + base64.b64encode((files / name).read_bytes()).decode())
    left = LEFT_TO_THE_READER.get(sample.kind, {})
    needed = [given for name, given in left.items() if needs(name, code)]
    return "\n".join([*needed, code])


def needs(name: str, code: str) -> bool:
    return bool(re.search(rf"\b{name}\b", code)) and not re.search(rf" as {name}\b|\b{name} = ", code)


def run(sample: Sample, code: str, key: str, files: Path) -> subprocess.CompletedProcess[str]:
    if sample.kind == "script":
        return run_script(code, key, files)
    program = {"python": [sys.executable, "-c"], "shell": ["bash", "-c"]}[sample.kind]
    environment = {
        "PATH": f"{files / 'bin'}:{os.environ['PATH']}",
        "HOME": str(files),
        "NO_PROXY": "*",
        "no_proxy": "*",
        "ORQ_API_KEY": key,
        "OPENROUTER_API_KEY": key,
    }
    return execute([*program, code], environment, files)


def run_script(code: str, key: str, files: Path) -> subprocess.CompletedProcess[str]:
    """Run the older JavaScript with `require` as it is, anything else as TypeScript."""
    old = "require(" in code
    file = files / ("sample.cjs" if old else "sample.mts")
    file.write_text(code)
    node = Path(shutil.which("node") or "").parent
    environment = {"PATH": f"{node}:/usr/bin:/bin", "HOME": str(files), "NO_PROXY": "*", "ORQ_API_KEY": key}
    return execute(["node", *([] if old else ["--import", "tsx"]), file.name], environment, files)


def execute(command: list[str], environment: dict[str, str], files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=files, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def said(body: dict[str, Any]) -> str:
    message = body["choices"][0]["message"]
    return message["content"] or message["audio"]["transcript"]


@pytest.mark.skipif(not FOLDER, reason="POLYPHONY_TEST_DATA is not set")
@pytest.mark.parametrize("sample", RUNNING_HERE)
def test_a_sample_runs(sample, live, key, catalogue, files, provider, request):
    if "video_url" in sample.code:
        answer_for("openai/gpt-4o", "lab/watcher")
    if "response_format=ImageAnalysis" in sample.code:
        provider.script("gpt-4o", chat(text=ANALYSIS))
    if sample.name == LEAVING:
        provider.script("gpt-5.4-audio-preview", chat(delay=0.5))  # it has left before the end
    if sample.kind == "script":
        (files / "node_modules").symlink_to(request.getfixturevalue("packages"))
    live.refresh()
    code = filled(sample, live, key, files)
    if sample.kind == "json":
        answer = live.post("/chat/completions", key, json=json.loads(code))
        assert (answer.status_code, said(answer.json())) == (200, TEXT)
    else:
        done = run(sample, code, key, files)
        failure = FAILING.get(sample.name, "")
        assert (done.returncode == 0) is not bool(failure), done.stderr
        assert failure in done.stderr
        assert failure or is_answer(sample, done.stdout, files), (done.stdout, done.stderr)
    record = settled_record("stopped" if sample.name == LEAVING else "completed")
    assert record.cost is None or record.cost > 0


def is_answer(sample: Sample, printed: str, files: Path) -> bool:
    """Whether a program got what the fake provider answers."""
    if "output.mp3" in sample.code:
        return (files / "output.mp3").read_bytes().startswith((b"ID3", b"\xff\xfb", b"\xff\xf3"))
    if sample.name == TEXT_IS_ALL:
        return printed == "undefined\n"
    if sample.kind in PRINTS and PRINTS[sample.kind] not in sample.code:
        return printed == ""
    if "client.images." in sample.code:
        return printed.startswith((PNG, "http://127.0.0.1:"))
    wanted = TEXT if "messages" in sample.code else TRANSCRIPT.split()[0]
    return wanted in printed


def test_the_list_of_models(data, live, key, catalogue):
    found = live.get("/models", key).json()["data"]
    assert {"openai/gpt-4o", "mistralai/voxtral-small-24b-2507"} <= {entry["id"] for entry in found}


@pytest.mark.parametrize("sample", [one for one in SAMPLES if why_skipped(one)], ids=lambda one: one.name)
def test_a_sample_that_cannot_run(sample):
    pytest.skip(why_skipped(sample))


def test_a_retired_model_of_a_sample_is_booked_on_its_successor(data, live, key, catalogue):
    (sample,) = (one for one in RUNNING if "gpt-4o-audio-preview" in one.code)
    body = json.loads(sample.code.replace("base64,...", "base64," + wav()).replace("audio/mpeg", "audio/wav"))
    answer = live.post("/chat/completions", key, json=body).json()
    assert answer["model"] == "openai/gpt-audio-1.5"
    assert UsageRecord.objects.get().model == "openai/gpt-audio-1.5"


def wav() -> str:
    return base64.b64encode(audio_bytes(AudioFormat.WAV, 1.0)).decode()


def test_every_document_has_samples(data):
    kinds = [(one.document, one.kind) for one in SAMPLES]
    assert {document: kinds.count((document, "python")) for document in "2345"} == {
        "2": 2, "3": 0, "4": 10, "5": 6,
    }  # fmt: skip
    assert [kind for document, kind in kinds if document == "1"] == ["json", "json", "shell"]
    assert len(SAMPLES) == 57
