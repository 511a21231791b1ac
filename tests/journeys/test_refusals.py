"""What cannot be done says why; what fails keeps what came and gives a number to ask about."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.speech_page import SpeechPage

FAILED_TWICE = "() => window.watch.received.events.filter(({ type }) => type === 'run.error').length === 2"


def test_a_text_over_the_limit_cannot_be_sent(speech: SpeechPage):
    speech.open("stage/tone").fill_text("a" * 501)
    expect(speech.button).to_be_disabled()
    expect(speech.page.locator("text-meter")).to_contain_text("too long by 1")
    expect(speech.button).to_have_attribute("aria-describedby", "script-text-meter")
    speech.fill_text("🎭" * 500)
    expect(speech.button).to_be_enabled()


def test_a_model_that_takes_no_instructions_says_so(speech: SpeechPage):
    speech.open()
    field = speech.page.get_by_label("Instructions")
    expect(field).to_be_disabled()
    expect(field).to_have_accessible_description("This model takes no instructions.")


def test_a_model_that_needs_a_key_says_so(speech: SpeechPage):
    speech.open("openai/gpt-4o-mini-tts")
    expect(speech.button).to_be_disabled()
    expect(speech.button).to_have_accessible_description(re.compile("needs a key"))
    expect(speech.note).to_contain_text("OPENAI_API_KEY")
    speech.note.get_by_role("link", name="Open the providers").click()
    expect(speech.page).to_have_url(re.compile("/admin/core/provider/"))


@pytest.mark.parametrize(
    ("model", "title"), [("stage/busy", "The provider is busy"), ("stage/broken", "Provider error")]
)
def test_a_failing_provider_is_named_with_a_request_id(speech: SpeechPage, model: str, title: str):
    speech.open(model)
    before = speech.text_position()
    speech.start()
    expect(speech.note).to_contain_text(title)
    retry = speech.note.get_by_role("button", name="Retry", exact=True)
    expect(retry).to_be_enabled()
    (failed,) = speech.monitor.events("run.error")
    request = failed["error"]["metadata"]["generation_id"]
    expect(speech.note.get_by_role("button", name="Copy the request id")).to_have_text(request)
    assert speech.text_position() == before
    retry.click()
    speech.page.wait_for_function(FAILED_TWICE)
    expect(speech.note).to_contain_text(title)
    speech.note.get_by_role("link", name="Details").click()
    expect(speech.page.get_by_text(re.compile("^gen-")).first).to_be_visible()


def test_a_cut_stream_keeps_what_came(speech: SpeechPage):
    speech.open("stage/cut")
    before = speech.text_position()
    speech.start()
    speech.finish()
    stats = speech.stats()
    assert stats["played"] == stats["received"] == speech.monitor.audio_bytes() // 2 > 0
    expect(speech.note).to_contain_text("The audio ends early")
    expect(speech.page.locator("speech-player")).to_contain_text("Incomplete: this is what was received")
    (done,) = speech.monitor.events("run.done")
    assert done["outcome"] == "partial"
    expect(speech.note).to_contain_text(done["receipt"]["id"])
    assert speech.text_position() == before
    row = speech.rows().first
    expect(row).to_contain_text("The audio ends early")
    stored = speech.page.request.get(row.get_attribute("data-sound")).body()
    assert len(stored) == speech.monitor.audio_bytes() + 44
    speech.page.reload()
    expect(speech.rows().first).to_contain_text("partial")


def test_an_unknown_model_offers_near_ones(speech: SpeechPage):
    speech.monitor.allow("404")
    speech.page.goto("/models/local/espeak")
    expect(speech.page.get_by_role("link", name="local/espeak-ng")).to_be_visible()


def test_a_retired_model_names_its_successor(speech: SpeechPage):
    speech.open("google/gemini-2.5-pro-preview-tts")
    expect(speech.button).to_be_disabled()
    expect(speech.note).to_contain_text("This model is retired")


def test_a_text_in_another_language_leads_to_a_voice_that_can_and_is_kept(speech: SpeechPage):
    speech.open("local/hibari").fill_text("Поезд идёт к морю.")
    speech.start()
    expect(speech.note).to_contain_text("seems to be in Russian")
    speech.note.get_by_role("link", name="Use eSpeak NG, with this text").click()
    expect(speech.page).to_have_url(re.compile("/models/local/espeak-ng$"))
    expect(speech.text).to_have_value("Поезд идёт к морю.")
    expect(speech.page.get_by_role("radio", name="Russian", checked=True)).to_have_value("zle/ru")
