"""The list of runs and their receipts."""

from __future__ import annotations

import html
import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from core.models import Attempt, UsageRecord
from core.models.offload import offload
from playground.models import Conversation, Message, Run, Upload
from playground.views.pages.history import runs_page
from tests.final_rows import rewrite
from tests.playground.conversation_frames import ask, client_of, image_parts, image_upload
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.views.pages.page_text import page_text


def test_history_finds_by_text_and_by_model(alice_client, run):
    for words in ("secret", "espeak", ""):
        assert "A secret plan" in page_text(alice_client.get("/history", {"q": words}))
    assert "Nothing found" in page_text(alice_client.get("/history?q=public"))
    assert "A secret plan" not in page_text(alice_client.get("/history?task=chat"))
    assert "A secret plan" in page_text(alice_client.get("/history?page=999"))


def test_titles_are_links_and_a_run_fills_the_form_again(alice_client, run):
    page = alice_client.get("/history").content.decode()
    assert f'<a class="run-link" href="/runs/{run.id}" data-field="title">A secret plan</a>' in page
    (again,) = re.findall(r'data-role="use" data-model="local/espeak-ng" data-params="([^"]*)"', page)
    assert json.loads(html.unescape(again)) == {"task": "speech", **run.params}


def test_a_transcription_is_used_again_with_its_file_while_that_is_stored(alice_client, alice, bob):
    upload = Upload.objects.create(user=alice, name="talk.mp3", media_type="audio/mpeg", bytes=9, file="none")
    params = {"file": {"upload": str(upload.id)}, "language": "en"}
    heard = Run.objects.create(
        user=alice, task="translation", model="local/whisper-base", params=params, upload=upload
    )
    link = f"/models/local/whisper-base?again={heard.id}"
    page = alice_client.get("/history").content.decode()
    (again,) = re.findall(rf'data-params="([^"]*)" href="{re.escape(link)}"', page)
    assert json.loads(html.unescape(again)) == {"task": "translation", **params}
    studio = alice_client.get(link)
    assert [(file["name"], file["kept"]) for file in studio.context["waiting"]] == [("talk.mp3", True)]
    assert "no longer stored" not in page_text(studio)
    bobs = Client()
    bobs.force_login(bob)
    other = bobs.get(link)
    assert (other.context["waiting"], other.context["again_gone"]) == ([], False)
    upload.delete()
    studio = alice_client.get(link)
    assert studio.context["waiting"] == []
    assert "The file of that run is no longer stored." in page_text(studio)


def test_what_listened_to_another_run_is_not_used_again(alice_client, alice, run):
    params = {"file": {"run": str(run.id)}}
    Run.objects.create(user=alice, task="transcription", model="local/whisper-base", params=params)
    assert alice_client.get("/history").content.decode().count('data-role="use"') == 1


def test_runs_of_one_conversation_stand_together(alice_client, alice, run):
    talk = Conversation.objects.create(user=alice, title="Birds", model="stage/chat")
    for number in range(3):
        asked = Run.objects.create(
            user=alice,
            task="chat",
            model="stage/chat",
            title=f"Bird {number}",
            state="completed",
            created_at=run.created_at + timedelta(minutes=number - 1),
        )
        Message.objects.create(conversation=talk, role="assistant", run=asked)
    page = alice_client.get("/history").content.decode()
    titles = [title for title in re.findall(r'data-field="title">([^<]*)<', page) if title]
    assert titles == ["Bird 2", "Bird 1", "Bird 0", "A secret plan"]
    first, _, others = page.partition("2 earlier answers of this conversation")
    assert ("Bird 2" in first, "Bird 1" in first, "Bird 0" in others) == (True, False, True)
    assert page.count(f'href="/models/stage/chat?conversation={talk.id}" data-field="title"') == 3


def test_an_empty_history_says_what_to_do(alice_client):
    assert "Nothing here yet" in page_text(alice_client.get("/history"))


def test_a_failed_run_has_one_time_and_one_cost_on_every_page(alice_client, run):
    """The reader is in Shanghai, eight hours before the server."""
    evening = datetime(2026, 11, 29, 22, 5, tzinfo=UTC)
    failed = {"outcome": "failed", "cost": 0, "created_at": evening}
    rewrite(UsageRecord.objects.filter(public_id=run.generation), **failed)
    receipt = {"cost": 0.0, "basis": "computed"}
    Run.objects.filter(id=run.id).update(state="failed", receipt=receipt, created_at=evening)
    alice_client.cookies["timezone"] = "Asia/Shanghai"
    for address in ("/history", f"/runs/{run.id}", "/usage"):
        page = page_text(alice_client.get(address))
        assert "Nov 30, 2026, 06:05" in page, address
        assert "not charged" in page.partition("<main")[2].partition("</main>")[0], address


def test_a_receipt_shows_all_facts_of_a_run(alice_client, run):
    page = page_text(alice_client.get(f"/runs/{run.id}"))
    for text in ("$0.0042", "12 characters", "gen-1-alice", "0.03 s", "0.25 s", "Without Markdown", "1.5"):
        assert text in page
    assert "4,000 bytes" not in page
    assert '"word": "secret"' in page


def test_a_receipt_names_the_voice_that_spoke(alice_client, run):
    rewrite(UsageRecord.objects.all(), voice="en_paul_neutral")
    page = page_text(alice_client.get(f"/runs/{run.id}"))
    assert "<dt>Voice used</dt><dd><code>en_paul_neutral</code></dd>" in page


def test_a_receipt_of_two_models_names_the_provider_of_each(alice_client, run):
    """Not the second one's provider beside the first one's model."""
    way = [("busy", "failed"), ("ears", "completed"), ("mouth", "completed")]
    attempts = [{"provider": provider, "outcome": outcome} for provider, outcome in way]
    Run.objects.update(model="ears/one", receipt={"then": "mouth/two", "attempts": attempts})
    rewrite(UsageRecord.objects.all(), model="ears/one", provider="mouth")
    facts = re.search(r'<dl class="facts.*?<dt>Outcome', page_text(alice_client.get(f"/runs/{run.id}")))[0]
    assert re.findall(r"<dd>(?:[^<]*<code>)?([^<]+)", facts) == ["ears/one", "ears", "mouth/two", "mouth"]


def test_a_receipt_tells_the_way_and_the_models_that_were_not_asked(alice_client, client, bob, charlie, run):
    """To its owner: neither to her team nor to outsiders."""
    skipped = [{"model": "gone/<b>", "code": "unpriced_model", "reason": "It has no price."}]
    skipped.append({"model": "acme/a", "provider": "Lab", "code": "endpoint_full", "reason": "Lab is full."})
    rewrite(UsageRecord.objects.filter(public_id=run.generation), skipped_models=skipped)
    Attempt.objects.filter(record=run.generation).delete()
    way = [(1, "full", "failed", "upstream_rate_limited", None), (2, "lab", "completed", "", 210)]
    known = {"record": run.generation, "model": "m", "duration_ms": 400, "started_at": run.created_at}
    for number, provider, outcome, reason, first in way:
        told = {"number": number, "provider": provider, "outcome": outcome, "reason": reason}
        Attempt.objects.create(**known, **told, first_event_ms=first)
    Run.objects.update(receipt={"attempts": [{"number": 1, "answered": 429}]})
    page = page_text(alice_client.get(f"/runs/{run.id}"))
    assert "<b>full</b> · <code>m</code> · answered 429 · 0.4 s total" in page
    assert "<b>lab</b> · <code>m</code> · completed · 0.21 s to first content · 0.4 s total" in page
    assert "<b>gone/&lt;b&gt;</b> · It has no price." in page
    assert "<b>acme/a</b> · Lab · Lab is full." in page
    for other in (bob, charlie):
        client.force_login(other)
        assert client.get(f"/runs/{run.id}").status_code == 404


def test_a_run_whose_model_is_gone_keeps_its_receipt(alice_client, run):
    Run.objects.update(model="gone/model")
    page = page_text(alice_client.get(f"/runs/{run.id}"))
    assert "gone/model" in page
    assert "Open the model" not in page
    assert "gone/model" in page_text(alice_client.get("/history"))


def test_a_foreign_run_and_an_unknown_one_look_alike(client, charlie, run):
    client.force_login(charlie)
    foreign, unknown = (run_page(client, run_id) for run_id in (run.id, uuid.uuid4()))
    assert foreign == unknown
    assert foreign[0] == 404


def run_page(client, run_id):
    """Status and page of a run, without the address itself and the form token, which differ by nature."""
    page = client.get(f"/runs/{run_id}")
    text = page.content.decode().replace(str(run_id), "")
    return page.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


@pytest.mark.django_db
def test_runs_are_searched_and_paged(alice, bob):
    for number in range(5):
        Run.objects.create(
            user=alice,
            task="speech",
            model="local/espeak-ng",
            title=f"Title {number}",
            params={"input": "needle" if number == 3 else "hay"},
            created_at=datetime(2026, 1, number + 1, tzinfo=UTC),
        )
    Run.objects.create(user=bob, task="speech", model="m", title="needle")
    assert [run.title for run in runs_page(alice, size=2)] == ["Title 4", "Title 3"]
    assert [run.title for run in runs_page(alice, size=2, number="3")] == ["Title 0"]
    assert [run.title for run in runs_page(alice, size=2, number="99")] == ["Title 0"]
    assert [run.title for run in runs_page(alice, words="NEEDLE")] == ["Title 3"]
    assert [run.title for run in runs_page(alice, words="title 4")] == ["Title 4"]
    assert runs_page(alice, words="espeak").paginator.count == 5
    assert runs_page(alice, task="chat").paginator.count == 0
    assert runs_page(alice, words="\0").paginator.count == 5


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_history_and_receipt_tell_of_a_chat(chat_model, sign_in, alice, bob):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    asked = {
        "reasoning_effort": "low",
        "response_format": {"type": "text"},
        "modalities": ["text", "image"],
    }
    began, done = await ask(tab, image_parts(upload, "What **bird**?"), conversation="new", params=asked)
    mine, theirs = await client_of(alice), await client_of(bob)
    receipt = (await mine.get(f"/runs/{done['run']}")).content.decode()
    assert "<strong>bird</strong>" in receipt
    assert "What **bird**?" in receipt
    assert f'href="/models/stage/chat?conversation={began["conversation"]}"' in receipt
    assert f'href="/uploads/{upload.id}"' in receipt
    assert "A rehearsal does not think." in receipt
    drawn = await Upload.objects.exclude(id=upload.id).aget()
    question, _, answer = receipt.partition(">Answer<")
    assert (str(drawn.id) in question, f'src="/uploads/{drawn.id}"' in answer) == (False, True)
    assert f'data-run="{done["run"]}"' in (await mine.get("/history?q=bird")).content.decode()
    assert (await theirs.get(f"/runs/{done['run']}")).status_code == 404
    assert "bird" not in (await theirs.get("/history")).content.decode()
