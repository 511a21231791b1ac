"""The pages over Django's own client: who sees what, in every state a model can have."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from core.models import UsageRecord
from playground.models import Run
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys

ESPEAK = "/models/local/espeak-ng"
SPEECH = ["local/espeak-ng", "openai/gpt-4o-mini-tts"]
OTHER_TASKS = [
    "openai/gpt-4o-transcribe",
    "openai/whisper-1",
    "openai/gpt-4o",
    "openai/gpt-image-2",
    "openai/text-embedding-3-small",
]
PAGES = ["/", ESPEAK, "/history", "/usage", "/usage.csv", "/keys"]


@pytest.fixture
def stage(client, alice, models):
    client.force_login(alice)
    return client


@pytest.fixture
def run(alice):
    """A finished run of Alice's with its sound and its bill."""
    record = UsageRecord.objects.create(
        public_id="gen-1-alice",
        user=alice,
        source="page",
        task="speech",
        model="local/espeak-ng",
        provider="local",
        state="settled",
        outcome="completed",
        units={"text_in.character": 12, "audio_out.byte": 4000},
        cost="0.0042",
        basis="computed",
        created_at=timezone.now(),
        first_event_ms=31,
        total_ms=250,
    )
    return Run.objects.create(
        user=alice,
        task="speech",
        model="local/espeak-ng",
        title="A secret plan",
        params={"input": "A secret plan", "voice": "gmw/en", "plain": True, "speed": 1.5},
        state="completed",
        generation=record.public_id,
        receipt={"cost": 0.0042},
        format="mp3",
        duration=1.25,
        words=[{"word": "secret", "start": 0.1, "end": 0.4}],
        sound=default_storage.save("runs/1/x.mp3", ContentFile(b"ID3")),
    )


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def cards(answer) -> list[str]:
    return re.findall(r'class="card-slug">([^<]+)<', answer.content.decode())


# The catalogue


def test_the_catalogue_shows_every_model_that_is_not_retired(stage):
    shown = cards(stage.get("/"))
    assert "local/espeak-ng" in shown
    assert "openai/dall-e-3" not in shown
    assert len(shown) == len(set(shown)) > 30


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=espeak", ["local/espeak-ng"]),
        ("q=ESPEAK+robotic", ["local/espeak-ng"]),
        ("task=speech&provider=local", ["local/espeak-ng"]),
        ("q=nothing-is-called-this", []),
        ("provider=nobody", []),
        ("task=juggling", []),
        ("output=transcription&q=scribe_v3", ["elevenlabs/scribe_v3"]),
        ("input=audio&output=text&q=voxtral+small+2507", ["mistralai/voxtral-small-24b-2507"]),
        ("price=0&task=speech", ["local/espeak-ng"]),
        ("price=NaN&q=espeak", ["local/espeak-ng"]),
        ("q=dall-e-3&retired=on", ["openai/dall-e-3"]),
    ],
)
def test_filters_narrow_the_catalogue(stage, query, slugs):
    answer = stage.get(f"/?{query}")
    assert cards(answer) == slugs
    assert ("No model fits" in text(answer)) is (not slugs)


def test_someone_without_a_password_is_offered_one(stage, alice):
    assert "Set a password" not in text(stage.get("/"))
    alice.set_unusable_password()
    alice.save()
    stage.force_login(alice)
    assert 'href="/accounts/password/set/"' in text(stage.get("/"))


# A model's page


@pytest.mark.parametrize("tab", ["playground", "code", "pricing", "usage"])
@pytest.mark.parametrize(
    "slug", ["local/espeak-ng", "openai/gpt-4o-mini-tts", "openai/dall-e-3", *OTHER_TASKS]
)
def test_every_model_has_every_tab(stage, slug, tab):
    answer = stage.get(f"/models/{slug}?tab={tab}")
    page = text(answer)
    assert answer.status_code == 200
    assert page.count('aria-current="page"') == 2  # the site's part and the tab
    assert f"<code>{slug}</code>" in page
    page = page.replace('<option value="">None</option>', "")  # the word that no preset is chosen
    assert "None" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("slug", OTHER_TASKS)
def test_a_model_of_another_task_says_so(stage, slug):
    page = text(stage.get(f"/models/{slug}"))
    assert "<speech-studio" not in page
    tried = ("<transcription-studio", "<chat-studio", "cannot be tried here yet")
    assert [part in page for part in tried].count(True) == 1


def test_an_unknown_model_offers_near_names(stage):
    answer = stage.get("/models/local/espeak")
    assert answer.status_code == 404
    assert f'href="{ESPEAK}"' in text(answer)


def test_an_unknown_name_is_shown_as_text(stage):
    answer = stage.get("/models/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in text(answer)


def test_another_case_leads_to_the_models_own_address(stage):
    answer = stage.get("/models/Local/eSpeak-NG")
    assert (answer.status_code, answer["Location"]) == (302, ESPEAK)


def test_a_retired_model_points_to_its_successor(stage):
    page = text(stage.get("/models/openai/dall-e-3"))
    assert page.count("openai/gpt-image-2</a>") == 1
    assert "This model is retired" in page


def test_a_retired_speech_model_cannot_speak(stage):
    page = text(stage.get("/models/google/gemini-2.5-pro-preview-tts"))
    assert 'data-ready="no"' in page
    assert re.search(r"<button[^>]*data-role=\"speak\"[^>]* disabled", page)
    assert "This model is retired" in page


def test_what_needs_a_key_says_which(stage, alice):
    page = text(stage.get("/models/openai/gpt-4o-mini-tts"))
    assert "OPENAI_API_KEY" in page
    assert "Open the providers" not in page
    alice.is_staff = True
    alice.save()
    assert "Open the providers" in text(stage.get("/models/openai/gpt-4o-mini-tts"))


def test_an_unknown_tab_is_not_found(stage):
    assert stage.get(f"{ESPEAK}?tab=secrets").status_code == 404


def test_the_studio_never_offers_bare_samples(stage):
    page = text(stage.get(ESPEAK))
    assert re.findall(r'<option value="(mp3|opus|aac|flac|wav|pcm)">', page) == [
        "mp3",
        "opus",
        "aac",
        "flac",
        "wav",
    ]


def test_a_running_run_is_taken_up_again(stage, run):
    Run.objects.update(state="running")
    page = text(stage.get(ESPEAK))
    assert f'data-running="{run.id}"' in page
    assert '"input": "A secret plan"' in page


# History and receipts


def test_history_finds_by_text_and_by_model(stage, run):
    for words in ("secret", "espeak", ""):
        assert "A secret plan" in text(stage.get("/history", {"q": words}))
    assert "Nothing found" in text(stage.get("/history?q=public"))
    assert "A secret plan" not in text(stage.get("/history?task=chat"))
    assert "A secret plan" in text(stage.get("/history?page=999"))


def test_an_empty_history_says_what_to_do(stage):
    assert "Nothing here yet" in text(stage.get("/history"))


def test_a_receipt_tells_everything(stage, run):
    page = text(stage.get(f"/runs/{run.id}"))
    for told in ("$0.0042", "12 characters", "gen-1-alice", "31 ms", "250 ms", "Without Markdown", "1.5"):
        assert told in page
    assert "4,000 bytes" not in page
    assert '"word": "secret"' in page


def test_a_receipt_of_two_models_names_the_provider_of_each(stage, run):
    """Not the second one's provider beside the first one's model."""
    way = [("busy", "failed"), ("ears", "completed"), ("mouth", "completed")]
    attempts = [{"provider": provider, "outcome": outcome} for provider, outcome in way]
    Run.objects.update(model="ears/one", receipt={"then": "mouth/two", "attempts": attempts})
    UsageRecord.objects.update(model="ears/one", provider="mouth")
    facts = re.search(r'<dl class="facts.*?<dt>Outcome', text(stage.get(f"/runs/{run.id}")))[0]
    assert re.findall(r"<dd>(?:[^<]*<code>)?([^<]+)", facts) == ["ears/one", "ears", "mouth/two", "mouth"]


def test_a_run_whose_model_is_gone_keeps_its_receipt(stage, run):
    Run.objects.update(model="gone/model")
    page = text(stage.get(f"/runs/{run.id}"))
    assert "gone/model" in page
    assert "Open the model" not in page
    assert "gone/model" in text(stage.get("/history"))


# Strangers


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_asked_to(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_nobody_sees_what_alice_did(client, bob, charlie, run, models):
    for stranger in (bob, charlie):
        client.force_login(stranger)
        assert client.get(f"/runs/{run.id}").status_code == 404
        assert client.get(f"/runs/{run.id}/sound").status_code == 404
        pages = ["/history", "/usage", "/usage.csv", ESPEAK, f"{ESPEAK}?tab=usage"]
        for page in pages:
            answer = client.get(page)
            seen = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"secret" not in seen
            assert b"gen-1-alice" not in seen
            assert b"0.0042" not in seen


def test_a_foreign_run_and_an_unknown_one_look_alike(client, charlie, run):
    client.force_login(charlie)
    foreign, unknown = (shown(client, run_id) for run_id in (run.id, uuid.uuid4()))
    assert foreign == unknown
    assert foreign[0] == 404


def shown(client, run_id):
    """Status and page of a run, without the address itself and the form token, which differ by nature."""
    page = client.get(f"/runs/{run_id}")
    text = page.content.decode().replace(str(run_id), "")
    return page.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


# Manners


@pytest.mark.parametrize("path", [*PAGES, f"{ESPEAK}?tab=code"])
def test_head_answers_like_get_without_a_body(stage, path):
    answer = stage.head(path)
    assert answer.status_code == 200
    assert b"".join(answer) == b""


@pytest.mark.parametrize("path", ["/", ESPEAK, "/history", "/usage"])
def test_pages_take_no_posts(stage, path):
    assert stage.post(path).status_code == 405


def test_posts_need_their_token(alice, run, models):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for path in ("/keys", "/keys/abcdefgh/revoke", "/code", f"/runs/{run.id}/delete"):
        assert strict.post(path).status_code == 403
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 2),
        (ESPEAK, 5),
        (f"{ESPEAK}?tab=code", 2),
        (f"{ESPEAK}?tab=usage", 8),
        ("/history", 4),
        ("/keys", 3),
    ],
)
def test_a_page_asks_the_database_little(stage, run, path, most, django_assert_max_num_queries):
    for number in range(10):
        Run.objects.create(
            user=run.user, task="speech", model=run.model, title=f"Run {number}", state="completed"
        )
    with django_assert_max_num_queries(most):
        assert stage.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", ESPEAK, "/history", "/keys"])
@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_a_page_speaks_the_readers_language(stage, path, language):
    page = text(stage.get(path, headers={"accept-language": language}))
    assert f'<html lang="{language}"' in page


def test_the_theme_is_in_the_first_byte(stage):
    stage.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in text(stage.get("/"))
    stage.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in text(stage.get("/"))
