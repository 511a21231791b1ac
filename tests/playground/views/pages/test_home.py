"""The home page: four panels that work now, the user's latest work, the models."""

from __future__ import annotations

import re

import pytest

from playground.models import Conversation, Message, Run
from tests.playground.views.pages.page_text import page_text


def models(answer) -> dict[str, str | None]:
    """The slug that each panel begins with."""
    return {
        panel["task"]: panel["model"]["slug"] if "model" in panel else None
        for panel in answer.context["panels"]
    }


def test_without_a_key_every_panel_begins_with_a_model_of_this_computer(alice_client):
    answer = alice_client.get("/")
    assert models(answer) == {
        "speech": "local/hibari",
        "transcription": "local/whisper-base",
        "chat": "local/inspector",
        "image": "local/canvas",
    }
    page = page_text(answer)
    assert "Good evening. Type what you would like to hear" in page
    assert 'data-language="en"' in page
    assert re.findall(r'<span class="number">([^<]*)</span></p>', page) == ["free"] * 4


def test_with_a_key_the_best_model_is_taken_and_its_price_told(alice_client, settings):
    settings.PROVIDER_ENVIRONMENT = {"OPENAI": {"api_key": "sk-0123456789"}}
    answer = alice_client.get("/")
    chosen = models(answer)
    assert {slug.partition("/")[0] for slug in chosen.values()} == {"openai"}
    assert all(panel["costs"] for panel in answer.context["panels"])
    assert "free" not in re.findall(r'<span class="number">([^<]*)</span></p>', page_text(answer))


def test_a_page_in_russian_begins_with_a_voice_that_speaks_it(alice_client):
    alice_client.cookies["django_language"] = "ru"
    answer = alice_client.get("/")
    speech = answer.context["panels"][0]
    assert speech["model"]["slug"] == "local/espeak-ng"
    assert speech["voices"][0][0] == speech["voice"] == "zle/ru"


def test_what_was_used_last_is_begun_with_again(alice_client, alice, run):
    assert models(alice_client.get("/"))["speech"] == "local/espeak-ng"


@pytest.fixture
def conversation(alice):
    """Two answers in one conversation."""
    found = Conversation.objects.create(user=alice, title="Herons", model="local/inspector")
    for title in ("First", "Second"):
        row = Run.objects.create(
            user=alice, task="chat", model="local/inspector", title=title, state="completed"
        )
        Message.objects.create(conversation=found, role="assistant", run=row)
    return found


def test_recent_work_is_the_users_own_and_a_conversation_is_told_once(
    alice_client, alice, bob, run, conversation
):
    Run.objects.create(user=bob, task="speech", model="local/hibari", title="Bob's", state="completed")
    Run.objects.create(user=alice, task="speech", model="local/hibari", title="Now", state="running")
    work = alice_client.get("/").context["recent"]
    assert [(row["title"], row["url"]) for row in work] == [
        ("Second", f"/models/local/inspector?conversation={conversation.id}"),
        ("A secret plan", f"/runs/{run.id}"),
    ]


def test_someone_without_a_password_is_offered_one(alice_client, alice):
    assert "Set a password" not in page_text(alice_client.get("/"))
    alice.set_unusable_password()
    alice.save()
    alice_client.force_login(alice)
    assert 'href="/accounts/password/set/"' in page_text(alice_client.get("/"))


def test_a_link_shows_a_preview_and_the_sign_in_says_what_this_is(client, db):
    page = page_text(client.get("/accounts/login/"))
    assert 'property="og:title" content="Polyphony: speak, listen, chat and draw with AI models"' in page
    (picture,) = re.findall(r'property="og:image" content="([^"]+)"', page)
    assert re.fullmatch(r"http://testserver/static/playground/pictures/preview.*\.jpg", picture)
    assert "Text becomes speech, in the voice you choose." in page
