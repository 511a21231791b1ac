"""The echo test: the sound is transcribed, and the words that did not survive are marked and counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PHONE
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.speech_page import SpeechPage
from tests.journeys.transcription_page import transcription_models as transcription_models
from tests.journeys.transcription_page import wait_for_models

SPOKEN = (
    "A rehearsal hears nothing at Kyiv. It tells the same words for every sound. "
    "Its last words are as sure as its first."
)
"""What the rehearsal writes down for any sound, but for one word."""


@pytest.fixture
def spoken(transcription_models: Program, monitor: PageMonitor) -> SpeechPage:
    """A sentence that was spoken and can be checked by a model that hears the same in every sound."""
    wait_for_models(monitor.page)
    speech = SpeechPage(monitor).open("stage/tone")
    listen_with(speech, "stage/transcriber")
    expect(button(speech)).to_be_disabled()
    speech.fill_text(SPOKEN)
    speech.start()
    speech.finish()
    expect(button(speech)).to_be_enabled()
    return speech


def row(speech: SpeechPage) -> Locator:
    return speech.page.get_by_role("group", name="Echo test")


def button(speech: SpeechPage) -> Locator:
    return row(speech).locator("[data-role=check]")


def listen_with(speech: SpeechPage, model: str) -> None:
    row(speech).evaluate("(box, model) => Object.assign(box.dataset, { model, name: 'Stage' })", model)


def lost_words(speech: SpeechPage) -> Locator:
    return speech.page.locator(".player-words .is-lost")


def test_the_words_that_did_not_survive_are_marked_and_counted(spoken: SpeechPage):
    before = spoken.text_position()
    button(spoken).focus()
    spoken.page.keyboard.press("Enter")
    expect(row(spoken)).to_contain_text("22 of 23 words heard correctly, 96%. Misheard: Kyiv (heard: all).")
    expect(lost_words(spoken)).to_have_text(["Kyiv"])
    expect(lost_words(spoken)).to_have_attribute("title", "Kyiv (heard: all)")
    expect(spoken.page.locator("live-region")).to_contain_text("22 of 23 words heard correctly")
    assert spoken.text_position() == before
    row(spoken).get_by_role("link", name="Details of the check").click()
    expect(spoken.page.get_by_text("stage/transcriber").first).to_be_visible()
    expect(spoken.page.get_by_text("$0.0").first).to_be_visible()


def test_the_next_speech_begins_without_marks(spoken: SpeechPage):
    button(spoken).click()
    expect(lost_words(spoken)).to_have_count(1)
    spoken.start()
    expect(lost_words(spoken)).to_have_count(0)
    expect(button(spoken)).to_be_disabled()
    spoken.finish()


def test_an_earlier_speech_can_be_checked(spoken: SpeechPage):
    spoken.page.reload()
    listen_with(spoken, "stage/transcriber")
    spoken.rows().first.get_by_role("button", name=re.compile("Hear again")).click()
    button(spoken).click()
    expect(row(spoken)).to_contain_text("22 of 23 words heard correctly")


def test_a_check_can_be_stopped(spoken: SpeechPage):
    listen_with(spoken, "stage/slow-transcriber")
    button(spoken).click()
    expect(button(spoken)).to_have_attribute("data-state", "running")
    button(spoken).click()
    expect(row(spoken)).to_contain_text("Stopped")
    expect(button(spoken)).to_have_attribute("data-state", "idle")


def test_a_check_that_fails_says_why_and_can_be_repeated(spoken: SpeechPage):
    listen_with(spoken, "stage/gone")
    button(spoken).click()
    expect(row(spoken)).to_contain_text("Request failed. There is no model named 'stage/gone'.")
    listen_with(spoken, "stage/transcriber")
    button(spoken).click()
    expect(row(spoken)).to_contain_text("22 of 23 words heard correctly")


@pytest.mark.parametrize("look", [{"viewport": PHONE}, {"viewport": {"width": 1280, "height": 720}}])
def test_the_button_that_speaks_is_in_sight(speech: SpeechPage, look):
    speech.open()
    expect(speech.button).to_be_in_viewport(ratio=1)
    assert speech.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
