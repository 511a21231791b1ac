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


def create_model(
    slug: str, *, tasks=("transcription",), features=(), ready: bool = True, **fields
) -> AIModel:
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


def test_a_model_with_all_features_has_every_control(page):
    features = ["language", "prompt", "words", "segments", "diarize"]
    create_model("lab/all", tasks=("transcription", "translation"), features=features, limits={"file_mb": 25})
    html = page("lab/all")
    assert disabled(html) == []
    assert f'data-limit="{25 * 1024 * 1024}"' in html
    assert "up to 25 MB" in html
    assert 'value="word segment"' in control(html, "timestamps")


def test_a_missing_feature_names_models_that_have_it(page):
    create_model("lab/all", tasks=("transcription", "translation"), features=["prompt", "words", "diarize"])
    create_model("lab/poor", features=["streaming"])
    html = page("lab/poor")
    assert disabled(html) == ["language", "prompt", "timestamps", "diarize"]
    assert f"ready to translate the transcript. These can: {ALL}." in html
    assert f"This model does not tell speakers apart. These can: {ALL}." in html
    assert "This model finds the language by itself." in html


def test_a_chat_model_can_translate_the_transcript(page):
    create_model("lab/poor", features=["streaming"])
    create_model("lab/mind", tasks=("chat",), input_modalities=["text"])
    html = page("lab/poor")
    translate = re.search(r'<input[^>]*value="translation"[^>]*>', html)
    assert translate is not None
    assert "disabled" not in translate[0]
    assert '<option value="lab/mind">lab/mind</option>' in html
    assert "ready to translate" not in html


def test_a_feature_that_no_model_has_is_reported(page):
    create_model("lab/poor", features=["streaming"])
    assert "This model returns no timestamps. No model here can." in page("lab/poor")


def test_a_model_of_one_language_offers_no_choice(page):
    create_model("lab/english", features=["language", "words"], languages=["en-US"])
    html = page("lab/english")
    assert disabled(html) == ["language", "prompt", "diarize"]
    assert "This model understands English (US) only." in html


def test_a_model_without_a_key_says_what_is_missing(page):
    create_model("lab/locked", ready=False)
    html = page("lab/locked")
    assert 'data-ready="no"' in html
    assert "This model cannot listen yet" in html


def test_uploads_without_a_transcript_are_listed(alice, bob):
    fields = {
        "media_type": "audio/wav",
        "bytes": 9,
        "file": "uploads/1/a.wav",
        "probe": {"duration": 1.5},
    }
    first = Upload.objects.create(user=alice, name="first.wav", task="transcription", **fields)
    second = Upload.objects.create(user=alice, name="second.wav", task="translation", **fields)
    Upload.objects.create(user=alice, name="chat.wav", task="chat", **fields)
    done = Upload.objects.create(user=alice, name="done.wav", task="transcription", **fields)
    Run.objects.create(user=alice, task="transcription", model="local/whisper-base", upload=done)
    assert [file["name"] for file in transcription.waiting_files(alice)] == [first.name, second.name]
    assert transcription.waiting_files(alice)[0] == {
        "upload": str(first.id), "name": "first.wav", "bytes": 9, "duration": 1.5,
        "media": f"/uploads/{first.id}", "type": "audio/wav",
    }  # fmt: skip
    assert transcription.waiting_files(bob) == []


def test_a_model_that_only_translates_opens_the_same_tab(page):
    create_model("lab/translator", tasks=("translation",), features=["prompt"])
    html = page("lab/translator")
    assert re.search(r'<input[^>]*value="transcription"[^>]* disabled', html)
    assert re.search(r'<input[^>]*value="translation"[^>]* checked', html)


@pytest.mark.parametrize(
    ("tasks", "element"),
    [
        (["transcription", "chat"], "chat-studio"),
        (["chat", "speech"], "speech-studio"),
        (["image", "chat"], "chat-studio"),
        (["translation", "transcription"], "transcription-studio"),
    ],
)
def test_a_model_of_several_tasks_opens_the_tab_of_lowest_rank(client, alice, tasks, element):
    create_model("lab/several", tasks=tasks)
    snapshot.refresh_if_changed()
    client.force_login(alice)
    html = client.get("/models/lab/several").content.decode()
    assert re.findall(r"<(\w+-studio)", html) == [element]
