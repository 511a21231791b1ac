"""The engines of this computer in the browser, with their real weights: no provider, no key, no rehearsal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from core.media.installed import natural_speech_hint
from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models
from tests.journeys.conftest import DESK, FLAGS, chromium
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.speech_page import SpeechPage
from tests.journeys.test_transcription_microphone import recorded as recorded
from tests.journeys.transcription_page import TranscriptionPage

pytestmark = [
    pytest.mark.usefixtures("whisper"),
    pytest.mark.skipif(natural_speech_hint() is not None, reason="hibari is not installed"),
]

SPOKEN = "The morning train was late again, and nobody on the platform was surprised."
MODELS = "() => window.watch.received.events.filter(({ type }) => type === 'run.started').map((e) => e.model)"


def test_a_german_sample_is_translated_with_two_clicks(monitor: PageMonitor):
    transcription = TranscriptionPage(monitor).open("local/whisper-base")
    transcription.page.get_by_role("radio", name="Translate to English").check()
    transcription.page.get_by_role("button", name="German", exact=True).click()
    expect(transcription.files.last).to_contain_text("Sample, German.mp3")
    expect(transcription.files).to_contain_text("Ready")
    transcription.button.click()
    transcription.page.wait_for_selector("transcript-view[data-state=done]", timeout=90_000)
    text = " ".join(transcription.row_texts())
    assert text.startswith("Good morning")
    assert re.search(r"\bday\b", text)
    expect(transcription.files.last).to_contain_text("Done")


def test_the_sample_of_the_home_page_is_written_down_in_its_place(monitor: PageMonitor):
    page = monitor.page
    page.goto("/")
    listen = page.get_by_role("region", name="Listen")
    listen.get_by_role("button", name="Try a sample").click()
    expect(listen.locator(".home-note")).to_have_text(re.compile("^Done in .* free$"), timeout=90_000)
    expect(listen.locator("[data-field=text]")).to_have_text(
        "Good morning. The train to the coast leaves at half past nine from platform four."
    )


def test_the_echo_of_the_natural_voice_is_counted(monitor: PageMonitor):
    speech = SpeechPage(monitor).open("local/hibari")
    speech.fill_text(SPOKEN)
    speech.start()
    speech.finish()
    row = speech.page.get_by_role("group", name="Echo test")
    row.locator("[data-role=check]").click()
    expect(row).to_contain_text(re.compile(r"1[23] of 13 words heard correctly"), timeout=90_000)
    assert speech.page.evaluate(MODELS) == ["local/hibari", "local/whisper-base"]


def test_an_english_answer_is_read_aloud_by_the_natural_voice(chat: ChatPage):
    chat.open("echo").ask(SPOKEN)
    read = chat.tool("Read aloud")
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=60_000)
    assert chat.page.evaluate(MODELS)[-1] == "local/hibari"


@pytest.fixture
def dictating(
    playwright: Playwright, program: Program, signed_in: Any, recorded: Path, chat_models: None
) -> Iterator[BrowserContext]:
    """A browser whose microphone hears a real voice once."""
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={recorded}%noloop"]
    launched = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
    yield launched.new_context(
        base_url=program.origin, storage_state=signed_in, viewport=DESK, permissions=["microphone"]
    )
    launched.close()


def test_what_is_dictated_is_written_by_whisper(dictating: BrowserContext):
    chat = ChatPage(PageMonitor(dictating.new_page()))
    chat.wait_for_models()
    page = chat.open("blind-echo").page
    button = page.locator("chat-composer [data-role=record]")
    expect(button).to_have_attribute("data-listener", "local/whisper-base")
    button.click()
    expect(page.locator(".recorder-time")).to_have_text("0:04", timeout=20_000)
    page.get_by_role("button", name="Done").click()
    message = page.get_by_label("Message", exact=True)
    expect(message).to_have_value(re.compile("fellow Americans"), timeout=90_000)
    assert chat.monitor.unexpected_faults() == []
