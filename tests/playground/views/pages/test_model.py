"""The page of a model and its tabs."""

from __future__ import annotations

import re

import pytest

from playground.models import Run
from tests.playground.views.pages.page_text import page_text

ESPEAK = "/models/local/espeak-ng"

SPEECH = ["local/espeak-ng", "openai/gpt-4o-mini-tts"]

OTHER_TASKS = [
    "openai/gpt-4o-transcribe",
    "openai/whisper-1",
    "openai/gpt-4o",
    "openai/gpt-image-2",
    "openai/text-embedding-3-small",
]


@pytest.mark.parametrize("tab", ["playground", "code", "pricing", "usage"])
@pytest.mark.parametrize(
    "slug", ["local/espeak-ng", "openai/gpt-4o-mini-tts", "openai/dall-e-3", *OTHER_TASKS]
)
def test_every_model_has_every_tab(stage, slug, tab):
    answer = stage.get(f"/models/{slug}?tab={tab}")
    page = page_text(answer)
    assert answer.status_code == 200
    assert page.count('aria-current="page"') == 2  # the site's part and the tab
    assert f"<code>{slug}</code>" in page
    page = page.replace('<option value="">None</option>', "")  # the word that no preset is chosen
    assert "None" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("slug", OTHER_TASKS)
def test_a_model_of_another_task_says_so(stage, slug):
    page = page_text(stage.get(f"/models/{slug}"))
    assert "<speech-studio" not in page
    tried = ("<transcription-studio", "<chat-studio", "cannot be tried here yet")
    assert [part in page for part in tried].count(True) == 1


def test_an_unknown_model_offers_near_names(stage):
    answer = stage.get("/models/local/espeak")
    assert answer.status_code == 404
    assert f'href="{ESPEAK}"' in page_text(answer)


def test_an_unknown_name_is_shown_as_text(stage):
    answer = stage.get("/models/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in page_text(answer)


def test_another_case_leads_to_the_models_own_address(stage):
    answer = stage.get("/models/Local/eSpeak-NG")
    assert (answer.status_code, answer["Location"]) == (302, ESPEAK)


def test_a_retired_model_points_to_its_successor(stage):
    page = page_text(stage.get("/models/openai/dall-e-3"))
    assert page.count("openai/gpt-image-2</a>") == 1
    assert "This model is retired" in page


def test_a_retired_speech_model_cannot_speak(stage):
    page = page_text(stage.get("/models/google/gemini-2.5-pro-preview-tts"))
    assert 'data-ready="no"' in page
    assert re.search(r"<button[^>]*data-role=\"speak\"[^>]* disabled", page)
    assert "This model is retired" in page


def test_what_needs_a_key_says_which(stage, alice):
    page = page_text(stage.get("/models/openai/gpt-4o-mini-tts"))
    assert "OPENAI_API_KEY" in page
    assert "Open the providers" not in page
    alice.is_staff = True
    alice.save()
    assert "Open the providers" in page_text(stage.get("/models/openai/gpt-4o-mini-tts"))


def test_an_unknown_tab_is_not_found(stage):
    assert stage.get(f"{ESPEAK}?tab=secrets").status_code == 404


def test_the_studio_never_offers_bare_samples(stage):
    page = page_text(stage.get(ESPEAK))
    assert re.findall(r'<option value="(mp3|opus|aac|flac|wav|pcm)">', page) == [
        "mp3",
        "opus",
        "aac",
        "flac",
        "wav",
    ]


def test_a_running_run_is_taken_up_again(stage, run):
    Run.objects.update(state="running")
    page = page_text(stage.get(ESPEAK))
    assert f'data-running="{run.id}"' in page
    assert '"input": "A secret plan"' in page
