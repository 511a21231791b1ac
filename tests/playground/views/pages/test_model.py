"""The page of a model and its tabs."""

from __future__ import annotations

import re

import pytest

from core import background
from core.catalogue import lookup
from core.models import AIModel
from core.routing import statistics
from core.routing.statistics import EndpointStatistics, Percentiles, Window
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
def test_every_model_has_every_tab(alice_client, slug, tab):
    answer = alice_client.get(f"/models/{slug}?tab={tab}")
    page = page_text(answer)
    assert answer.status_code == 200
    assert page.count('aria-current="page"') == 2  # the site's part and the tab
    assert f"<code>{slug}</code>" in page
    page = page.replace('<option value="">None</option>', "")  # the word that no preset is chosen
    assert "None" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("slug", OTHER_TASKS)
def test_a_model_opens_the_tab_of_its_task(alice_client, slug):
    page = page_text(alice_client.get(f"/models/{slug}"))
    assert "<speech-studio" not in page
    tried = (
        "<transcription-studio",
        "<chat-studio",
        "<image-studio",
        "cannot be tried here yet",
        "is for programs",
    )
    assert [part in page for part in tried].count(True) == 1


def test_a_model_of_vectors_has_samples_and_no_tab_to_try_it(alice_client):
    page = "/models/openai/text-embedding-3-small"
    assert 'href="?tab=code"' in page_text(alice_client.get(page)).partition("This model is for programs")[2]
    code = page_text(alice_client.get(f"{page}?tab=code"))
    assert "client.embeddings.create(" in re.sub(r"<[^>]*>", "", code)
    assert "pip install openrouter" in code
    assert "Exactly the request" not in code
    assert "0.02" in page_text(alice_client.get(f"{page}?tab=pricing"))


def test_an_unknown_model_offers_near_names(alice_client):
    answer = alice_client.get("/models/local/espeak")
    assert answer.status_code == 404
    assert f'href="{ESPEAK}"' in page_text(answer)


def test_an_unknown_name_is_shown_as_text(alice_client):
    answer = alice_client.get("/models/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in page_text(answer)


@pytest.mark.parametrize("name", ["Local/eSpeak-NG", "espeak-ng", "local/local/espeak-ng"])
def test_another_spelling_leads_to_the_models_own_address(alice_client, name):
    answer = alice_client.get(f"/models/{name}")
    assert (answer.status_code, answer["Location"]) == (302, ESPEAK)


def test_a_retired_model_points_to_a_model_that_works_here(alice_client, settings):
    page = page_text(alice_client.get("/models/openai/dall-e-3"))
    assert "This model is retired" in page
    assert "instead" not in page
    settings.PROVIDER_ENVIRONMENT = {"OPENAI": {"api_key": "sk-0123456789"}}
    page = page_text(alice_client.get("/models/openai/dall-e-3"))
    assert 'Use <a href="/models/openai/gpt-image-2">GPT Image 2</a> instead.' in page


def test_a_retired_speech_model_cannot_speak(alice_client):
    page = page_text(alice_client.get("/models/google/gemini-2.5-pro-preview-tts"))
    assert 'data-ready="no"' in page
    assert re.search(r"<button[^>]*data-role=\"speak\"[^>]* disabled", page)
    assert "This model is retired" in page


def test_what_needs_a_key_says_which(alice_client, alice):
    page = page_text(alice_client.get("/models/openai/gpt-4o-mini-tts"))
    assert "OPENAI_API_KEY" in page
    assert "Open the providers" not in page
    alice.is_staff = True
    alice.save()
    assert "Open the providers" in page_text(alice_client.get("/models/openai/gpt-4o-mini-tts"))


def test_an_unknown_tab_is_not_found(alice_client):
    assert alice_client.get(f"{ESPEAK}?tab=secrets").status_code == 404


def test_bare_samples_are_not_offered_as_a_download(alice_client):
    page = page_text(alice_client.get(ESPEAK))
    assert re.findall(r'<option value="(mp3|opus|aac|flac|wav|pcm)">', page) == [
        "mp3",
        "opus",
        "aac",
        "flac",
        "wav",
    ]


def test_a_running_run_is_taken_up_again(alice_client, run):
    Run.objects.update(state="running")
    page = page_text(alice_client.get(ESPEAK))
    assert f'data-running="{run.id}"' in page
    assert '"input": "A secret plan"' in page


def test_a_local_model_names_its_licences(alice_client):
    page = page_text(alice_client.get(f"{ESPEAK}?tab=pricing"))
    assert "<dt>Licence of the code</dt><dd>GPL-3.0-or-later</dd>" in page
    assert "Licence of the weights" not in page


def test_prices_stand_beside_what_the_endpoints_did(alice_client):
    address = "/models/openai/gpt-4o-mini-tts?tab=pricing"
    assert "not used in the last day" in page_text(alice_client.get(address))
    endpoint = lookup.get("openai/gpt-4o-mini-tts").endpoints[0]
    day = Window(3, 66.66, Percentiles(320, 900, 900, 1400, 1400), audio=Percentiles(8.5, 9, 9, 9, 9))
    statistics.replace({endpoint.id: EndpointStatistics(Window(), Window(), day)})
    page = page_text(alice_client.get(address))
    cells = ["0.32 s", "1.4 s", "8.5 s of audio per second", "66.6%"]
    found = re.findall(r'<td class="nowrap">([^<]*)</td>', page)
    assert found == cells


def test_a_model_elsewhere_names_no_licence(alice_client):
    page = page_text(alice_client.get("/models/openai/gpt-4o-mini-tts?tab=pricing"))
    assert "Licence of" not in page


def test_without_a_transcription_model_the_echo_test_says_what_is_missing(client, alice, catalogue):
    AIModel.objects.exclude(slug="local/espeak-ng").delete()
    background.refresh()
    client.force_login(alice)
    page = page_text(client.get(ESPEAK))
    assert "No transcription model is ready to check what was spoken." in page
    assert "<echo-check role" in page
