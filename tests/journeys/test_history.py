"""The history: conversations in groups, and what was made used again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.server import Program
from tests.journeys.transcription_page import TranscriptionPage, write_tone
from tests.journeys.transcription_page import transcription as transcription
from tests.journeys.transcription_page import transcription_models as transcription_models

TALK = """
from playground.models import Conversation, Message, Run
talk, _ = Conversation.objects.get_or_create(user_id=1, title="Birds", model="local/inspector")
for number in range(3):
    title = f"Bird {number}"
    if not Run.objects.filter(title=title).exists():
        made = {"user_id": 1, "task": "chat", "model": "local/inspector", "state": "completed"}
        run = Run.objects.create(title=title, **made)
        Message.objects.create(conversation=talk, role="assistant", run=run)
"""


@pytest.fixture
def talk(program: Program) -> None:
    program.shell(TALK)


def test_answers_of_one_conversation_unfold_below_its_newest(page: Page, talk: None):
    page.goto("/history?q=Bird")
    expect(page.get_by_role("link", name="Bird 2")).to_be_visible()
    expect(page.get_by_role("link", name="Bird 1")).to_be_hidden()
    page.get_by_text("2 earlier answers of this conversation").click()
    for number in (1, 0):
        expect(page.get_by_role("link", name=f"Bird {number}")).to_be_visible()
    page.get_by_role("link", name="Bird 0").click()
    expect(page).to_have_url(re.compile(r"/models/local/inspector\?conversation="))


def test_a_recording_is_used_again_with_its_file(transcription: TranscriptionPage, tmp_path: Path):
    transcription.open().upload(write_tone(tmp_path / "again.wav", 3))
    transcription.open_settings()
    transcription.page.get_by_label("Vocabulary").fill("Kyiv")
    transcription.transcribe()
    transcription.finish()
    page = transcription.page
    page.set_viewport_size(PHONE)
    page.goto("/history?task=transcription")
    row = page.locator(".run-row").filter(has_text="again.wav").first
    use = row.get_by_role("link", name="Use again")
    about, link = row.locator(".run-about").bounding_box(), use.bounding_box()
    assert (about["width"] > 180, link["width"] < 180, link["y"] > about["y"] + 40) == (True, True, True)
    use.click()
    expect(transcription.files).to_contain_text(["again.wav"])
    expect(transcription.files.first).to_have_attribute("data-state", "ready")
    expect(page.get_by_label("Vocabulary")).to_have_value("Kyiv")
    expect(transcription.button).to_be_enabled()
