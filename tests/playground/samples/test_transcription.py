"""Transcription samples are run as they are shown: only the key and a file are put in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.contract.tasks import Task
from core.providers.rehearsal.transcription import SENTENCES
from playground import samples
from playground.samples.sample import PLACEHOLDER, SampleRequest
from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import key as key
from tests.live import live as live
from tests.playground.samples.runner import FILES, NODE_MODULES, runner
from tests.playground.wav_file import wav_bytes

SCRIPTS = {**FILES, "curl-json": "sample.sh"}
MODEL = "stage/ears"
PARAMS = {
    "language": "en",
    "prompt": 'it\'s $(touch x) "DATA" 你好',
    "response_format": "verbose_json",
    "timestamp_granularities": ["word", "segment"],
    "diarize": True,
    "num_speakers": 2,
}


@pytest.fixture
def transcription_model(transactional_db):
    from core.models import AIModel, Endpoint, Provider  # noqa: PLC0415 - the registry is not ready before

    provider = Provider.objects.create(slug="stage", name="Stage", wire="rehearsal", needs_key=False)
    model = AIModel.objects.create(
        slug=MODEL,
        name="Ears",
        tasks=["transcription", "translation"],
        input_modalities=["audio"],
        output_modalities=["text"],
        features=["language", "prompt", "words", "segments", "diarize"],
    )
    return Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal")


def codes(task: str, origin: str, params: dict[str, Any] = PARAMS) -> dict[str, str]:
    request = SampleRequest(user=None, model=MODEL, params=params, origin=origin)
    return {sample.name: sample.code for sample in samples.MODULES[Task(task)].samples(request)}


def run_sample(name: str, code: str, folder: Path) -> str:
    """What the sample prints in a folder that has the file it names."""
    (folder / "talk.mp3").write_bytes(wav_bytes())
    if name == "typescript":
        (folder / "node_modules").symlink_to(NODE_MODULES / "node_modules")
    (folder / SCRIPTS[name]).write_text(code, encoding="utf-8")
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*runner("curl" if "curl" in name else name), SCRIPTS[name]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir() if path.suffix) == [
        "sample" + SCRIPTS[name][6:],
        "talk.mp3",
    ]
    return done.stdout


@pytest.mark.parametrize("counts_speakers", [True, False])
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_sample_transcribes_the_file_it_names(
    name, counts_speakers, live, key, transcription_model, tmp_path
):
    transcription_model.options = {"hints": ["num_speakers"] if counts_speakers else []}
    transcription_model.save()
    live.refresh()
    code = codes("transcription", live.url)[name].replace(PLACEHOLDER, key)
    assert ("num_speakers" in code) is (counts_speakers and name != "openrouter")  # its SDK has no such field
    assert SENTENCES[0] in run_sample(name, code, tmp_path)


@pytest.mark.parametrize("name", ["python", "curl"])
def test_a_translation_has_its_own_endpoint(name, live, key, transcription_model, tmp_path):
    live.refresh()
    code = codes("translation", live.url, {"response_format": "srt"})[name].replace(PLACEHOLDER, key)
    assert "/audio/translations" in code or "audio.translations" in code
    assert "00:00:00,000 -->" in run_sample(name, code, tmp_path)


@pytest.mark.django_db
@pytest.mark.parametrize("task", ["transcription", "translation"])
def test_every_sample_has_a_placeholder_and_this_servers_address(task):
    params = {"response_format": "json", "file": {"upload": "x"}, "task": task}
    for code in codes(task, "https://ai.example.org:8443", params).values():
        assert code.count(PLACEHOLDER) == 1
        assert "https://ai.example.org:8443/api/v1" in code
        assert "upload" not in code
