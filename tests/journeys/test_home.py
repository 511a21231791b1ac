"""The home page: what the product does is seen and tried without scrolling, with one click each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.playground.wav_file import wav_bytes

LAPTOP = {"width": 1280, "height": 720}
LOOKS = {
    "desk": {"viewport": DESK},
    "laptop": {"viewport": LAPTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
HEARD = "() => document.querySelector('speech-player').stats.firstSoundAt !== null"


NEWCOMER = """
import json, uuid
from core.accounts.sign_in_link import sign_in_token
from core.models import User
print(json.dumps(sign_in_token(User.objects.create_superuser(f"newcomer-{uuid.uuid4().hex[:8]}"))))
"""


@pytest.fixture
def signed_in(browser: Browser, program: Program) -> Any:
    """The cookies of a newcomer: the page begins with the models that somebody used last."""
    context = browser.new_context()
    context.request.get(f"{program.origin}/accounts/sign-in/{program.shell(NEWCOMER)}/", max_redirects=0)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def home(page: Page) -> Page:
    page.goto("/")
    page.wait_for_function("() => customElements.get('home-image')")
    return page


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_stranger_hears_and_sees_something_at_once(home: Page, look: Any):
    expect(home.get_by_role("heading", level=1)).to_be_in_viewport()
    speak = panel(home, "Speak")
    expect(speak.get_by_role("button", name="Speak")).to_be_in_viewport(ratio=1)
    if look["viewport"] is not PHONE:
        expect(panel(home, "Draw").get_by_role("button", name="Draw")).to_be_in_viewport(ratio=1)
    speak.get_by_role("button", name="Speak").click()
    home.wait_for_function(HEARD)
    expect(speak.locator(".home-note")).to_have_text(re.compile(r"^Done in .* s, free$"), timeout=90_000)
    draw = panel(home, "Draw")
    draw.get_by_role("textbox", name="What to draw").fill("Waves at night")
    draw.get_by_role("button", name="Draw").click()
    expect(draw.get_by_alt_text("Waves at night")).to_have_attribute("src", re.compile("/uploads/"))
    expect(draw.locator(".home-note")).to_have_text(re.compile("^Done in"))
    home.reload()
    expect(home.locator(".home-work").first).to_contain_text("Waves at night")


def test_a_question_goes_on_as_a_conversation(home: Page):
    chat = panel(home, "Chat")
    chat.get_by_role("textbox").fill("How many words are these?")
    chat.get_by_role("button", name="Send").click()
    expect(home).to_have_url(re.compile(r"/models/local/inspector\?conversation="))
    expect(home.locator(".message-user")).to_contain_text("How many words are these?")
    expect(home.locator(".message-answer")).to_contain_text("words")


def test_what_was_filled_in_is_in_the_studio(home: Page):
    speak = panel(home, "Speak")
    speak.get_by_role("textbox").fill("Carried over")
    speak.locator(".home-panel-model a").click()
    expect(home.get_by_label("Text to speak")).to_have_value("Carried over")
    home.goto("/")
    draw = panel(home, "Draw")
    draw.get_by_role("textbox").fill("A quiet harbour")
    draw.locator(".home-panel-model a").click()
    expect(home.get_by_label("What to draw, or what to change")).to_have_value("A quiet harbour")


def test_the_switcher_is_worked_by_keyboard_alone(page: Page):
    page.goto("/keys")
    page.wait_for_function("() => customElements.get('shortcut-sheet')")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Models, conversations, pages")
    expect(field).to_be_focused()
    field.fill("canvas")
    options = page.get_by_role("listbox", name="Found").get_by_role("option")
    expect(options).to_have_count(1)
    expect(options.filter(has_text="Canvas")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Search and go to").click()
    expect(options.filter(has_text="Usage")).to_have_count(1)
    field.fill("hist")
    expect(options).to_have_text(["History"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/history$"))


def test_a_star_stays_and_moves_its_model_to_the_front(page: Page):
    page.goto("/models?task=image")
    page.wait_for_function("() => customElements.get('model-filters')")
    star = page.get_by_role("button", name="Favourite: Canvas")
    expect(star).to_have_attribute("aria-pressed", "false")
    with page.expect_response(re.compile("/favourites/local/canvas")) as saved:
        star.click()
    assert saved.value.status == 204
    page.goto("/models")
    expect(page.locator(".card-name").first).to_have_text("Canvas")
    expect(star).to_have_attribute("aria-pressed", "true")
    with page.expect_response(re.compile("/favourites/local/canvas")):
        star.click()
    expect(star).to_have_attribute("aria-pressed", "false")


@pytest.fixture
def recording(tmp_path: Path, monitor: PageMonitor, home: Page) -> Path:
    """A recording of somebody's; skips where no model here listens."""
    if panel(home, "Listen").get_by_role("button", name="Choose a file").count() == 0:
        pytest.skip("no model for transcription is ready")
    path = tmp_path / "Meeting.wav"
    path.write_bytes(wav_bytes())
    return path


def test_a_file_waits_in_the_studio(home: Page, recording: Path):
    listen = panel(home, "Listen")
    listen.locator("input[type=file]").set_input_files(recording)
    expect(home.locator("drop-zone")).to_contain_text("Meeting.wav")
    home.get_by_role("button", name="Remove Meeting.wav").click()
