"""What cannot be done says why; what fails keeps what came and gives a number to ask about."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.speech_page import Studio


def test_a_text_over_the_limit_cannot_be_sent(studio: Studio):
    studio.open("stage/tone").write("a" * 501)
    expect(studio.button).to_be_disabled()
    expect(studio.page.locator("text-meter")).to_contain_text("too long by 1")
    expect(studio.button).to_have_attribute("aria-describedby", "script-text-meter")
    studio.write("🎭" * 500)
    expect(studio.button).to_be_enabled()


def test_a_model_that_takes_no_instructions_says_so(studio: Studio):
    studio.open()
    field = studio.page.get_by_label("Instructions")
    expect(field).to_be_disabled()
    expect(field).to_have_accessible_description("This model takes no instructions.")


def test_a_model_that_needs_a_key_says_so(studio: Studio):
    studio.open("openai/gpt-4o-mini-tts")
    expect(studio.button).to_be_disabled()
    expect(studio.button).to_have_accessible_description(re.compile("needs a key"))
    expect(studio.note).to_contain_text("OPENAI_API_KEY")
    studio.note.get_by_role("link", name="Open the providers").click()
    expect(studio.page).to_have_url(re.compile("/admin/core/provider/"))


@pytest.mark.parametrize(
    ("model", "title"), [("stage/busy", "The provider is busy"), ("stage/broken", "The provider failed")]
)
def test_a_failing_provider_is_named_with_a_request_id(studio: Studio, model: str, title: str):
    studio.open(model)
    before = studio.place()
    studio.speak()
    expect(studio.note).to_contain_text(title)
    expect(studio.note).to_contain_text("Press Speak to try again.")
    (failed,) = studio.watch.events("run.error")
    request = failed["error"]["metadata"]["generation_id"]
    expect(studio.note.get_by_role("button", name="Copy the request id")).to_have_text(request)
    assert studio.place() == before
    studio.note.get_by_role("link", name="Whole receipt").click()
    expect(studio.page.get_by_text(request).first).to_be_visible()


def test_a_cut_stream_keeps_what_came(studio: Studio):
    studio.open("stage/cut")
    before = studio.place()
    studio.speak()
    studio.finish()
    stats = studio.stats()
    assert stats["played"] == stats["received"] == studio.watch.heard() // 2 > 0
    expect(studio.note).to_contain_text("The sound ends early")
    expect(studio.page.locator("speech-player")).to_contain_text("Incomplete: this is what arrived")
    (done,) = studio.watch.events("run.done")
    assert done["outcome"] == "partial"
    expect(studio.note).to_contain_text(done["receipt"]["id"])
    assert studio.place() == before
    row = studio.rows().first
    expect(row).to_contain_text("The sound ends early")
    stored = studio.page.request.get(row.get_attribute("data-sound")).body()
    assert len(stored) == studio.watch.heard() + 44
    studio.page.reload()
    expect(studio.rows().first).to_contain_text("partial")


def test_an_unknown_model_offers_near_ones(studio: Studio):
    studio.watch.allow("404")
    studio.page.goto("/models/local/espeak")
    expect(studio.page.get_by_role("link", name="local/espeak-ng")).to_be_visible()


def test_a_retired_model_names_its_successor(studio: Studio):
    studio.open("google/gemini-2.5-pro-preview-tts")
    expect(studio.button).to_be_disabled()
    expect(studio.note).to_contain_text("This model is retired")
