"""The transcription tab says of a model what it can, and why it cannot the rest."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core.catalogue import snapshot
from core.models import AIModel, Endpoint, Provider
from playground.models import Run, Upload
from playground.studios import transcription

ALL = '<a href="/models/lab/all">lab/all</a>'
pytestmark = pytest.mark.django_db(transaction=True)


def listener(slug: str, *, tasks=("transcription",), features=(), ready: bool = True, **fields) -> AIModel:
    provider, _ = Provider.objects.get_or_create(
        slug="stage" if ready else "locked",
        defaults={"name": "Stage", "wire": "rehearsal" if ready else "openai", "needs_key": not ready},
    )
    model = AIModel.objects.create(
        slug=slug,
        name=slug,
        tasks=list(tasks),
        features=list(features),
        **{"input_modalities": ["audio"], "output_modalities": ["text"], **fields},
    )
    Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal")
    return model


@pytest.fixture
def page(alice):
    client = Client()
    client.force_login(alice)

    def opened(slug: str) -> str:
        snapshot.refresh_if_changed()
        answer = client.get(f"/models/{slug}")
        assert answer.status_code == 200
        return answer.content.decode().split("<transcription-studio")[1]

    return opened


def control(html: str, name: str) -> str:
    """The opening tag of the control of this name."""
    found = re.search(rf'<[^>]*\bname="{name}"[^>]*>', html)
    assert found is not None
    return found[0]


def disabled(html: str) -> list[str]:
    names = ("language", "prompt", "timestamps", "diarize")
    return [name for name in names if "disabled" in control(html, name)]


def test_a_model_that_can_everything_has_every_control(page):
    features = ["language", "prompt", "words", "segments", "diarize"]
    listener("lab/all", tasks=("transcription", "translation"), features=features, limits={"file_mb": 25})
    html = page("lab/all")
    assert disabled(html) == []
    assert f'data-limit="{25 * 1024 * 1024}"' in html
    assert "up to 25 MB" in html
    assert 'value="word segment"' in control(html, "timestamps")


def test_what_a_model_cannot_names_models_that_can(page):
    listener("lab/all", tasks=("transcription", "translation"), features=["prompt", "words", "diarize"])
    listener("lab/poor", features=["streaming"])
    html = page("lab/poor")
    assert disabled(html) == ["language", "prompt", "timestamps", "diarize"]
    assert f"ready to translate what this one writes. These can: {ALL}." in html
    assert f"This model does not tell who speaks. These can: {ALL}." in html
    assert "This model finds the language by itself." in html


def test_a_language_model_translates_what_another_model_wrote_down(page):
    listener("lab/poor", features=["streaming"])
    listener("lab/mind", tasks=("chat",), input_modalities=["text"])
    html = page("lab/poor")
    translate = re.search(r'<input[^>]*value="translation"[^>]*>', html)
    assert translate is not None
    assert "disabled" not in translate[0]
    assert '<option value="lab/mind">lab/mind</option>' in html
    assert "ready to translate" not in html


def test_where_nobody_can_it_says_so(page):
    listener("lab/poor", features=["streaming"])
    assert "This model tells no times. No model here can." in page("lab/poor")


def test_a_model_of_one_language_offers_no_choice(page):
    listener("lab/english", features=["language", "words"], languages=["en-US"])
    html = page("lab/english")
    assert disabled(html) == ["language", "prompt", "diarize"]
    assert "This model understands English (US) only." in html


def test_a_model_without_a_key_says_what_is_missing(page):
    listener("lab/locked", ready=False)
    html = page("lab/locked")
    assert 'data-ready="no"' in html
    assert "This model cannot listen yet" in html


def test_a_file_brought_for_the_ears_waits_until_it_is_written_down(alice, bob):
    kept = {"media_type": "audio/wav", "bytes": 9, "file": "uploads/1/a.wav", "probe": {"duration": 1.5}}
    first = Upload.objects.create(user=alice, name="first.wav", task="transcription", **kept)
    second = Upload.objects.create(user=alice, name="second.wav", task="translation", **kept)
    Upload.objects.create(user=alice, name="chat.wav", task="chat", **kept)
    done = Upload.objects.create(user=alice, name="done.wav", task="transcription", **kept)
    Run.objects.create(user=alice, task="transcription", model="local/pocketsphinx", upload=done)
    assert [file["name"] for file in transcription.waiting_files(alice)] == [first.name, second.name]
    assert transcription.waiting_files(alice)[0] == {
        "upload": str(first.id), "name": "first.wav", "bytes": 9, "duration": 1.5,
        "media": f"/uploads/{first.id}", "type": "audio/wav",
    }  # fmt: skip
    assert transcription.waiting_files(bob) == []
