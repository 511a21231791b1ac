"""Writing a message: words and files of every kind, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.journeys.composer import Composer, wait_for_models
from tests.journeys.composer import composer as composer
from tests.journeys.composer import composer_models as composer_models
from tests.journeys.composer import image_file as image_file
from tests.journeys.composer import pdf_file as pdf_file
from tests.journeys.conftest import DESK, FLAGS, PHONE, chromium
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.test_pages import faults
from tests.journeys.transcription_page import write_tone


def test_enter_sends_and_shift_enter_breaks_the_line(composer: Composer):
    page = composer.open().page
    expect(composer.send).to_be_disabled()
    expect(composer.hint).to_contain_text("Enter sends")
    composer.text.click()
    page.keyboard.type("One")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Two")
    page.keyboard.press("Enter")
    assert composer.sent() == [{"type": "composer-send", "content": "One\nTwo", "uploads": []}]
    expect(composer.text).to_have_value("")
    page.keyboard.type("Three")
    page.keyboard.press("Control+Enter")
    assert [told["content"] for told in composer.sent()] == ["One\nTwo", "Three"]


def test_an_input_method_keeps_its_enter(composer: Composer):
    page = composer.open().page
    composer.text.click()
    methods = page.context.new_cdp_session(page)
    methods.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    methods.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    methods.send("Input.insertText", {"text": "日本"})
    # Safari ends the composition first and tells of the key after it
    composer.text.evaluate(
        """(field) => { field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true })); }"""
    )
    assert composer.sent() == []
    expect(composer.text).to_have_value("日本")
    page.keyboard.press("Enter")
    assert [told["content"] for told in composer.sent()] == ["日本"]


def test_up_asks_for_the_last_message_and_escape_gives_the_draft_back(composer: Composer):
    page = composer.open().page
    composer.text.fill("Not empty")
    page.keyboard.press("ArrowUp")
    composer.text.fill("")
    page.keyboard.press("ArrowUp")
    assert composer.sent() == [{"type": "composer-edit-last"}]
    composer.text.fill("My draft")
    page.evaluate("() => document.querySelector('chat-composer').load({ text: 'Earlier', editing: 'm1' })")
    expect(page.get_by_text("You edit an earlier message")).to_be_visible()
    expect(composer.text).to_have_value("Earlier")
    page.keyboard.press("Escape")
    expect(composer.text).to_have_value("My draft")
    page.evaluate("() => document.querySelector('chat-composer').load({ text: 'Earlier', editing: 'm1' })")
    page.keyboard.press("Enter")
    assert composer.sent()[-1] == {
        "type": "composer-send", "content": "Earlier", "uploads": [], "editing": "m1",
    }  # fmt: skip
    expect(composer.text).to_have_value("My draft")
    expect(page.get_by_text("You edit an earlier message")).to_be_hidden()


def test_stop_takes_the_place_of_send(composer: Composer):
    page = composer.open().page
    composer.text.fill("Wait")
    before = composer.send.bounding_box()
    page.evaluate("() => { document.querySelector('chat-composer').state = 'running'; }")
    expect(composer.send).to_have_text(re.compile("Stop"))
    assert composer.send.bounding_box() == before
    composer.text.press("Enter")
    composer.send.click()
    assert composer.sent() == [{"type": "composer-stop"}]
    expect(composer.text).to_have_value("Wait")


def test_a_draft_with_its_files_survives_a_reload(composer: Composer, image_file: Path):
    composer.open().attach(image_file)
    composer.wait_for_chips(1)
    composer.text.fill("Half a thought")
    composer.page.reload()
    composer.wait_for_chips(1)
    expect(composer.text).to_have_value("Half a thought")
    expect(composer.chips).to_contain_text("dot.png")


# Files


def test_files_of_every_kind_keep_their_order(
    composer: Composer, image_file: Path, pdf_file: Path, tmp_path: Path
):
    composer.open()
    before = composer.send.bounding_box()
    composer.attach(image_file, pdf_file, write_tone(tmp_path / "tone.wav", 2))
    composer.wait_for_chips(3)
    assert composer.send.bounding_box() == before
    expect(composer.chips.nth(1).locator("img")).to_have_js_property("complete", True)
    composer.text.fill("Look")
    composer.text.press("Enter")
    expect(composer.chips).to_have_count(0)
    (told,) = composer.sent()
    ids = [upload["id"] for upload in told["uploads"]]
    assert told["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"upload": ids[0]}},
        {"type": "file", "file": {"upload": ids[1]}},
        {"type": "input_audio", "input_audio": {"upload": ids[2]}},
    ]
    assert [upload["name"] for upload in told["uploads"]] == ["dot.png", "paper.pdf", "tone.wav"]


def test_a_drop_anywhere_attaches_and_a_chip_removes(composer: Composer, image_file: Path):
    page = composer.open().page
    composer.drop(("dot.png", "image/png", image_file.read_bytes()), onto="h2")
    composer.wait_for_chips(1)
    expect(composer.send).to_be_enabled()
    with page.expect_response(re.compile("/uploads/.+/delete")) as deleted:
        page.get_by_role("button", name="Remove dot.png").click()
    assert deleted.value.status == 204
    expect(composer.chips).to_have_count(0)
    expect(composer.send).to_be_disabled()


def test_a_pasted_picture_is_attached_and_pasted_text_stays_text(composer: Composer, image_file: Path):
    composer.open()
    composer.paste(("image.png", "image/png", image_file.read_bytes()))
    composer.wait_for_chips(1)
    composer.paste(("image.png", "image/png", image_file.read_bytes()), text="a table, also drawn")
    composer.text.press_sequentially("!")
    expect(composer.chips).to_have_count(1)


def test_what_cannot_come_says_what_is_taken(composer: Composer):
    composer.open()
    composer.drop(
        ("holiday.heic", "image/heic", b"1234"), ("letter.docx", "", b"1234"), ("void.png", "image/png", b"")
    )
    expect(composer.notes).to_have_count(3)
    expect(composer.notes.nth(0)).to_contain_text("HEIC pictures are not taken. Save it as JPEG or PNG.")
    expect(composer.notes.nth(1)).to_contain_text("Pictures (PNG, JPEG, WebP, GIF), PDF, sound and video")
    expect(composer.notes.nth(2)).to_contain_text("The file is empty")
    composer.notes.nth(0).get_by_role("button", name="Close").click()
    expect(composer.notes).to_have_count(2)


def test_a_model_that_cannot_see_says_so_and_names_one_that_can(composer: Composer, image_file: Path):
    page = composer.open("stage/blind").page
    button = page.get_by_role("button", name="Attach a picture")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.focus()
    expect(composer.hint).to_contain_text("This model cannot see pictures.")
    composer.drop(("dot.png", "image/png", image_file.read_bytes()))
    expect(composer.notes).to_contain_text("dot.png: This model cannot see pictures.")
    page.get_by_role("button", name=re.compile("^Use Stage")).first.click()
    expect(page.get_by_label("Model", exact=True)).not_to_have_value("stage/blind")
    composer.wait_for_chips(1)
    expect(composer.notes).to_have_count(0)
    page.get_by_label("Model", exact=True).select_option("stage/blind")
    expect(composer.chips).to_have_attribute("data-state", "unfit")
    expect(composer.send).to_be_disabled()
    expect(composer.hint).to_contain_text("Remove what this model cannot take")
    page.get_by_role("button", name="Remove dot.png").click()
    composer.text.fill("Without it")
    expect(composer.send).to_be_enabled()


def test_an_upload_that_fails_is_tried_again(composer: Composer, image_file: Path):
    composer.monitor.allow("/uploads/")
    page = composer.open().page
    page.route("**/uploads/", lambda route: route.abort(), times=1)
    composer.attach(image_file)
    expect(composer.chips).to_have_attribute("data-state", "failed")
    expect(composer.chips).to_contain_text("The connection was lost")
    composer.text.fill("Look")
    expect(composer.send).to_be_disabled()
    page.get_by_role("button", name="Send dot.png again").click()
    composer.wait_for_chips(1)
    expect(composer.send).to_be_enabled()


def test_send_waits_for_the_files(composer: Composer, image_file: Path):
    page = composer.open().page
    held: list[Any] = []
    page.route("**/uploads/", lambda route: held.append(route))
    with page.expect_request("**/uploads/"):
        composer.attach(image_file)
        composer.text.fill("Look")
        composer.text.press("Enter")
    expect(composer.hint).to_contain_text("Sends as soon as the files are there")
    assert composer.sent() == []
    held[0].continue_()
    page.wait_for_function("() => window.sent.length === 1")
    assert [part["type"] for part in composer.sent()[0]["content"]] == ["text", "image_url"]


def test_a_file_that_is_no_picture_is_refused_by_the_server(composer: Composer):
    composer.monitor.allow("Failed to load resource")
    composer.open().drop(("fake.png", "image/png", b"<html>not a picture</html>"))
    expect(composer.chips).to_have_attribute("data-state", "failed")
    expect(composer.page.get_by_role("button", name="Send fake.png again")).to_be_hidden()


@pytest.fixture
def speaking(playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose microphone plays a tone."""
    spoken = write_tone(tmp_path / "spoken.wav", 8, 48_000)
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={spoken}%noloop"]
    launched = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
    yield launched
    launched.close()


def test_a_recording_comes_as_a_file_that_every_model_reads(
    speaking: Browser, composer_models: Program, signed_in: Any
):
    opened = speaking.new_context(
        base_url=composer_models.origin, storage_state=signed_in, viewport=DESK, permissions=["microphone"]
    )
    page = opened.new_page()
    wait_for_models(page)
    composer = Composer(PageMonitor(page)).open("stage/blind")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".recorder-time")).to_have_text("0:02", timeout=6_000)
    page.get_by_role("button", name="Done").click()
    composer.wait_for_chips(1)
    expect(composer.chips).to_contain_text(".wav")
    composer.send.click()
    (told,) = composer.sent()
    assert told["content"][0]["type"] == "input_audio"
    assert told["uploads"][0]["media_type"] == "audio/wav"
    assert told["uploads"][0]["duration"] == pytest.approx(2, abs=1)
    assert composer.monitor.unexpected_faults() == []


# Everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_in_a_full_composer(composer: Composer, image_file: Path, size: Any, scheme: Any):
    page = composer.page
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    composer.open("stage/blind")
    composer.drop(("dot.png", "image/png", image_file.read_bytes()), ("a.wav", "audio/wav", b"broken"))
    expect(composer.chips).to_have_count(1)
    composer.monitor.allow("Failed to load resource")
    composer.text.fill("Is it?")
    assert faults(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == size["width"]
