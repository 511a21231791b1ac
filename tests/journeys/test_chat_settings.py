"""Beside a conversation: how it is answered, presets of that, and the conversations before it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.composer import Composer
from tests.journeys.composer import composer as composer
from tests.journeys.composer import composer_models as composer_models
from tests.journeys.conftest import PHONE
from tests.journeys.server import Program


def params(page: Page) -> dict[str, Any]:
    return page.evaluate("() => document.querySelector('chat-settings').params()")


def test_settings_become_fields_of_the_request(composer: Composer):
    page = composer.open().page
    assert params(page) == {}
    page.get_by_label("System prompt").fill("Be brief.")
    page.get_by_label("Temperature").fill("0.75")
    page.get_by_label("Top P").fill("7")
    expect(page.locator("chat-settings")).to_contain_text("Top P: from 0 to 1")
    page.get_by_text("Speak the answers").click()
    page.get_by_label("Answer as").select_option("json_schema")
    schema = page.get_by_label("JSON schema")
    schema.fill('{"type": ')
    expect(page.locator("#schema-error")).to_contain_text("This is no JSON")
    schema.fill('{"type": "object"}')
    expect(page.locator("#schema-error")).to_be_empty()
    told = params(page)
    assert told.pop("audio")["format"] == "wav"
    assert told.pop("response_format")["json_schema"] == {"name": "answer", "schema": {"type": "object"}}
    assert told == {"system": "Be brief.", "temperature": 0.75, "modalities": ["text", "audio"]}
    page.reload()
    expect(page.get_by_label("System prompt")).to_have_value("Be brief.")


def test_a_silent_model_says_so_where_answers_are_spoken(composer: Composer):
    page = composer.open("stage/blind").page
    expect(page.get_by_label("Speak the answers")).to_be_disabled()
    expect(page.locator("chat-settings")).to_contain_text("This model answers in writing only.")


def test_presets_are_saved_loaded_and_deleted(composer: Composer):
    page = composer.open().page
    preset = page.get_by_label("Preset", exact=True)
    page.get_by_label("System prompt").fill("Answer in rhymes.")
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Save these settings as a preset").click()
    page.get_by_label("Name of the preset").fill("Poet")
    page.keyboard.press("Enter")
    expect(preset.locator("option:checked")).to_have_text("Poet")
    page.get_by_label("System prompt").fill("Otherwise.")
    page.reload()
    page.wait_for_function("() => customElements.get('chat-settings')")
    preset.select_option(label="Poet")
    expect(page.get_by_label("System prompt")).to_have_value("Answer in rhymes.")
    assert params(page) == {"system": "Answer in rhymes.", "seed": 7}
    page.get_by_role("button", name="Delete the preset").click()
    expect(preset.locator("option")).to_have_text(["None"])
    assert page.request.get("/presets/").json() == {"presets": []}


# Conversations


def rows(page: Page) -> Locator:
    return page.locator("conversation-list .talk-title")


def test_conversations_are_found_by_what_was_said(composer: Composer):
    page = composer.open().page
    search = page.get_by_label("Search titles and messages")
    search.fill("float")
    expect(rows(page)).to_have_text(["About boats"])
    search.fill("nobody said this")
    expect(page.get_by_text("Nothing found. Try other words.")).to_be_visible()
    search.fill("")
    expect(rows(page).filter(has_text="About")).to_have_count(2)
    search.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.activeElement.className") == "talk-open"


def test_a_conversation_is_renamed_and_deleted_in_its_row(composer: Composer, composer_models: Program):
    page = composer.open().page
    row = page.locator(".talk", has_text="A third")
    row.hover()
    row.get_by_role("button", name="Rename A third").click()
    page.get_by_label("Title", exact=True).fill("Zebra crossing")
    page.keyboard.press("Enter")
    expect(rows(page).filter(has_text="Zebra crossing")).to_have_count(1)
    row = page.locator(".talk", has_text="Zebra crossing")
    row.hover()
    row.get_by_role("button", name="Delete Zebra crossing").click()
    page.keyboard.press("Escape")
    expect(rows(page).filter(has_text="Zebra crossing")).to_have_count(1)
    row.locator(".talk-open").focus()
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(rows(page).filter(has_text="Zebra crossing")).to_have_count(0)
    found = json.loads(page.request.get("/conversations/?q=zebra").text())
    assert found["conversations"] == []


@pytest.mark.parametrize("look", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], ids=["phone"])
def test_on_a_phone_settings_and_conversations_come_out_of_a_drawer(composer: Composer):
    page = composer.open().page
    expect(composer.send).to_be_in_viewport(ratio=1)
    expect(composer.hint).not_to_contain_text("Enter sends")
    expect(page.get_by_label("System prompt")).to_be_hidden()
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_label("System prompt").fill("Be brief.")
    expect(rows(page).first).to_be_visible()
    small = page.locator("conversation-list button:visible, chat-settings button:visible").evaluate_all(
        "all => all.filter(one => Math.min(one.offsetHeight, one.offsetWidth) < 44).map(one => one.outerHTML)"
    )
    assert small == []
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_label("System prompt")).to_be_hidden()
    assert params(page) == {"system": "Be brief."}
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
