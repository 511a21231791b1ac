"""The list of runs and their receipts."""

from __future__ import annotations

import re
import uuid

from core.models import UsageRecord
from playground.models import Run
from tests.playground.views.pages.page_text import page_text


def test_history_finds_by_text_and_by_model(alice_client, run):
    for words in ("secret", "espeak", ""):
        assert "A secret plan" in page_text(alice_client.get("/history", {"q": words}))
    assert "Nothing found" in page_text(alice_client.get("/history?q=public"))
    assert "A secret plan" not in page_text(alice_client.get("/history?task=chat"))
    assert "A secret plan" in page_text(alice_client.get("/history?page=999"))


def test_an_empty_history_says_what_to_do(alice_client):
    assert "Nothing here yet" in page_text(alice_client.get("/history"))


def test_a_receipt_shows_all_facts_of_a_run(alice_client, run):
    page = page_text(alice_client.get(f"/runs/{run.id}"))
    for text in ("$0.0042", "12 characters", "gen-1-alice", "31 ms", "250 ms", "Without Markdown", "1.5"):
        assert text in page
    assert "4,000 bytes" not in page
    assert '"word": "secret"' in page


def test_a_receipt_of_two_models_names_the_provider_of_each(alice_client, run):
    """Not the second one's provider beside the first one's model."""
    way = [("busy", "failed"), ("ears", "completed"), ("mouth", "completed")]
    attempts = [{"provider": provider, "outcome": outcome} for provider, outcome in way]
    Run.objects.update(model="ears/one", receipt={"then": "mouth/two", "attempts": attempts})
    UsageRecord.objects.update(model="ears/one", provider="mouth")
    facts = re.search(r'<dl class="facts.*?<dt>Outcome', page_text(alice_client.get(f"/runs/{run.id}")))[0]
    assert re.findall(r"<dd>(?:[^<]*<code>)?([^<]+)", facts) == ["ears/one", "ears", "mouth/two", "mouth"]


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
