"""Voices of `local/hibari` whose weights are installed while the server runs: real HTTP, real workers."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType

import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.media import weights
from core.media.installed import natural_speech_hint
from core.media.pool.shared import close_shared_pools, shared_pool
from core.media.weights import WeightFile
from core.operations.weights import install, remove
from tests.fakes.voices import packaged_voice

pytestmark = pytest.mark.skipif(natural_speech_hint() is not None, reason="hibari is not installed")

TEXT = "Aluminium, tomato, can't."


@pytest.fixture
def source(transactional_db, monkeypatch, tmp_path):
    """A folder with a file of Emma's name that has the bytes of the voice in the package, as its row says."""
    row, data = weights.WEIGHTS["hibari-emma"], packaged_voice()
    file = WeightFile(row.files[0].name, len(data), sha256(data).hexdigest())
    rows = {**weights.WEIGHTS, row.id: replace(row, files=(file,))}
    monkeypatch.setattr(weights, "WEIGHTS", MappingProxyType(rows))
    monkeypatch.setattr(weights.root, "folder", tmp_path / "models")
    seed_catalogue()
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / file.name).write_bytes(data)
    yield folder
    close_shared_pools()


def voices(live, key) -> list[tuple[str, str, str]]:
    found = live.get("/audio/voices", key, params={"model": "local/hibari"}).json()["voices"]
    return [(voice["id"], voice["language"], voice["gender"]) for voice in found]


def speak(live, key, voice: str):
    body = {"model": "local/hibari", "input": TEXT, "voice": voice, "response_format": "pcm"}
    return live.post("/audio/speech", key, json=body)


def test_an_installed_voice_is_listed_and_speaks_beside_the_other(live, key, source):
    assert voices(live, key) == [("heart", "en-US", "female")]
    install("hibari-emma", source=str(source))
    assert voices(live, key) == [("heart", "en-US", "female"), ("emma", "en-GB", "female")]

    answers = [speak(live, key, name) for name in ("heart", "emma", "Emma")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    heart, emma, again = (answer.content for answer in answers)
    assert len(heart) > 48_000
    assert len(emma) > 48_000
    assert heart != emma == again
    assert len(shared_pool("synthesize_hibari").process_ids) == 1


def test_a_voice_that_is_not_installed_is_refused_with_the_command(live, key, source):
    refused = speak(live, key, "emma")
    error = refused.json()["error"]
    assert refused.status_code == 400
    assert error["param"] == "voice"
    assert error["message"] == (
        "local/hibari has the voice emma once it is installed: manage.py install_model hibari-emma. "
        "It has heart."
    )


def test_a_removed_voice_is_refused_again(live, key, source):
    install("hibari-emma", source=str(source))
    assert speak(live, key, "emma").status_code == 200
    remove("hibari-emma")
    assert speak(live, key, "emma").status_code == 400
    assert voices(live, key) == [("heart", "en-US", "female")]
