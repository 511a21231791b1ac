"""The microphone beside a model that takes no sound: what was said becomes text of the message."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models
from tests.journeys.test_transcription_microphone import context as context
from tests.journeys.test_transcription_microphone import listening as listening
from tests.journeys.test_transcription_microphone import permissions as permissions
from tests.journeys.transcription_page import transcription_models as transcription_models

HEARD = (
    "A rehearsal hears nothing at all. It tells the same words for every sound. "
    "Its last words are as sure as its first."
)


def record(chat: ChatPage, listener: str = "stage/transcriber") -> None:
    """Speak for a second to the model that is to write it down."""
    button = recorder_button(chat)
    button.evaluate("(button, model) => { button.dataset.listener = model; }", listener)
    button.click()
    expect(chat.page.locator("audio-recorder")).to_have_attribute("data-state", "recording")
    expect(chat.page.locator(".recorder-time")).to_have_text("0:01", timeout=6_000)
    chat.page.get_by_role("button", name="Done").click()


def recorder_button(chat: ChatPage) -> Locator:
    return chat.page.locator("chat-composer [data-role=record]")


def message(chat: ChatPage) -> Locator:
    return chat.page.get_by_label("Message", exact=True)


def test_what_was_said_is_written_where_the_cursor_is(chat: ChatPage, transcription_models: Any):
    chat.open("blind-echo")
    expect(recorder_button(chat)).to_have_attribute("aria-disabled", "false")
    message(chat).fill("Listen:")
    record(chat)
    expect(message(chat)).to_have_value(f"Listen: {HEARD}", timeout=20_000)
    expect(message(chat)).to_be_focused()
    expect(chat.page.locator(".composer-note")).to_have_count(0)
    expect(chat.page.locator("chat-composer .chip")).to_have_count(0)


def test_a_failure_says_why_and_can_be_tried_again(chat: ChatPage, transcription_models: Any):
    chat.open("blind-echo")
    record(chat, "stage/gone")
    note = chat.page.locator(".composer-note")
    expect(note).to_contain_text("There is no model named 'stage/gone'.")
    recorder_button(chat).evaluate("(button) => { button.dataset.listener = 'stage/transcriber'; }")
    note.get_by_role("button", name="Try again").click()
    expect(message(chat)).to_have_value(HEARD, timeout=20_000)


def test_writing_down_can_be_cancelled(chat: ChatPage, transcription_models: Any):
    chat.open("blind-echo")
    record(chat, "stage/slow-transcriber")
    note = chat.page.locator(".composer-note")
    expect(note).to_contain_text("Writing down what you said")
    note.get_by_role("button", name="Cancel").click()
    expect(note).to_have_count(0)
    chat.page.wait_for_timeout(2_000)
    expect(message(chat)).to_have_value("")
    chat.page.goto("/models/stage/transcriber")
    expect(chat.page.get_by_text("Each file is listed here with its progress.")).to_be_visible()


def test_a_model_that_takes_sound_gets_the_recording(chat: ChatPage, transcription_models: Any):
    chat.open("echo")
    record(chat)
    expect(chat.page.locator("chat-composer .chip")).to_have_count(1)
    expect(message(chat)).to_have_value("")
