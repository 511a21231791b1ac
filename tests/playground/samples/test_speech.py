"""Code samples are run as they are shown: only the key is put in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from playground.samples.sample import PLACEHOLDER
from playground.samples.speech import speech_samples
from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import key as key
from tests.core.api.conftest import lab as lab
from tests.core.api.conftest import model as model
from tests.live import live as live
from tests.playground.samples.runner import FILES, NODE_MODULES, runner

AWKWARD = (
    'She said "it\'s $(touch x) `y` \\n\\\\" & left;\n\tüber 你好 \u2028 🎭 </script> #{z} %s {q} ${HOME}'
)


def samples(origin: str = "https://ai.example.org", **params: Any) -> dict[str, str]:
    codes = speech_samples("lab/alto", {"input": AWKWARD, "voice": "ada", **params}, f"{origin}/api/v1")
    return {sample.name: sample.code for sample in codes}


def execute(name: str, code: str, folder: Path) -> Path:
    """Run the sample in an empty folder; the one file it writes."""
    command = runner(name)
    home = folder / "run"
    home.mkdir()
    if name == "typescript":
        (folder / "node_modules").symlink_to(NODE_MODULES / "node_modules")
    script = home / FILES[name]
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*command, script.name],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (written,) = [path for path in home.iterdir() if path != script]
    return written


@pytest.mark.parametrize("name", FILES)
def test_a_sample_makes_the_request_it_shows(name, live, key, model, provider, tmp_path):
    live.refresh()
    code = samples(live.url, speed=1.5, instructions="Whisper 'softly'", response_format="wav")[name]
    written = execute(name, code.replace(PLACEHOLDER, key), tmp_path)
    assert written.name == "speech.wav"
    assert written.read_bytes().startswith(b"RIFF")
    (seen,) = [request.json for request in provider.requests if request.path.endswith("/audio/speech")]
    sent = {name: seen.get(name) for name in ("input", "voice", "speed", "instructions", "response_format")}
    assert sent == {
        "input": AWKWARD,
        "voice": "ada",
        "speed": 1.5,
        "instructions": "Whisper 'softly'",
        "response_format": "wav",
    }


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_the_openrouter_sample_takes_every_format(form, live, key, model, tmp_path):
    live.refresh()
    code = samples(live.url, response_format=form)["openrouter"]
    written = execute("openrouter", code.replace(PLACEHOLDER, key), tmp_path)
    assert written.name == f"speech.{'ogg' if form == 'opus' else form}"


def test_every_sample_has_a_placeholder_and_this_servers_address():
    for code in samples("https://ai.example.org:8443").values():
        assert code.count(PLACEHOLDER) == 1
        assert "https://ai.example.org:8443/api/v1" in code
        assert "openai.com" not in code


def test_parameters_that_are_not_set_are_left_out():
    for code in samples(speed=None, instructions="").values():
        assert "speed" not in code.replace("audio.speech", "")
        assert "instructions" not in code


def test_typescript_is_plain_javascript_too(tmp_path):
    if not shutil.which("node"):
        pytest.skip("Node is not installed")
    script = tmp_path / "sample.mjs"
    script.write_text(samples()["typescript"], encoding="utf-8")
    done = subprocess.run(["node", "--check", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_highlighting_escapes_the_text():
    for sample in speech_samples("lab/alto", {"input": "</code><script>alert(1)</script>"}, "http://x"):
        assert "<script" not in sample.html
