"""Changing the model in the middle of a chat, and answers of several models side by side."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_chat import FILES
from tests.journeys.test_pages import faults

LAPTOP = {"width": 1280, "height": 720}
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
LOOKS = pytest.mark.parametrize(
    "look", [{"viewport": DESK}, {"viewport": LAPTOP}, TOUCH], ids=["desk", "laptop", "phone"]
)


def choose(chat: ChatPage, model: str) -> None:
    """The model's name in the settings, which on a phone are in a drawer."""
    drawer = chat.page.get_by_role("button", name="Settings", exact=True)
    with_drawer = drawer.is_visible()
    if with_drawer:
        drawer.click()
    chat.page.get_by_label("Model", exact=True).select_option(f"stage/{model}")
    if with_drawer:
        chat.page.locator(".chat-side-close").click()


def address(page: Page) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(page.url)
    return parts.path, parse_qs(parts.query)


def tab_addresses(page: Page) -> list[str]:
    return page.locator("a.tab").evaluate_all("all => all.map((one) => one.pathname + one.search)")


@LOOKS
def test_all_that_depends_on_the_model_changes_with_it(chat: ChatPage, data: Path):
    page = chat.open().page
    chat.ask("Hello")
    conversation = chat.conversation()
    chat.attach("image", data / "samples" / FILES["image"])
    chat.text.fill("What is this?")
    expect(page.locator(".model-slug")).to_contain_text("$10 / 1M tokens in")
    choose(chat, "blind-echo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stage blind-echo")
    expect(page).to_have_title("Stage blind-echo · Polyphony")
    expect(page.locator(".model-slug")).to_contain_text("$30 / 1M tokens in")
    assert address(page) == ("/models/stage/blind-echo", {"conversation": [conversation]})
    assert tab_addresses(page)[1:] == [
        f"/models/stage/blind-echo?tab={name}" for name in ("code", "pricing", "usage")
    ]
    picture = page.locator("[data-attach=image]")
    expect(picture).to_have_attribute("aria-disabled", "true")
    expect(picture).to_have_attribute("title", re.compile("This model cannot see pictures."))
    expect(chat.text).to_have_value("What is this?")
    expect(page.locator("attachment-chip")).to_have_count(1)
    expect(page.locator("#composer-hint")).to_contain_text("Remove what this model cannot take")
    expect(chat.answer_text).to_have_text("Hello")
    assert faults(page) == []
    page.reload()
    chat.wait_until_ready()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stage blind-echo")
    assert page.evaluate("() => document.querySelector('chat-settings').model") == "stage/blind-echo"
    expect(chat.answer_text).to_have_text("Hello")
    expect(page.locator("attachment-chip")).to_have_count(1)
    page.get_by_role("link", name="Code", exact=True).first.click()
    expect(page.locator("code-panel")).to_contain_text('"stage/blind-echo"')


def test_settings_are_those_of_the_model_and_keep_what_was_entered(chat: ChatPage):
    page = chat.open("thinker").page
    effort, seed = page.get_by_label("Reasoning effort"), page.get_by_label("Seed")
    page.get_by_label("System prompt").fill("Be brief.")
    effort.select_option("high")
    choose(chat, "blind-echo")
    expect(effort).to_be_disabled()
    expect(page.get_by_label("Temperature")).to_be_disabled()
    expect(page.get_by_label("Speak the answers")).to_be_disabled()
    assert page.evaluate("() => document.querySelector('chat-settings').params()") == {"system": "Be brief."}
    seed.fill("7")
    choose(chat, "thinker")
    expect(effort).to_be_enabled()
    expect(effort).to_have_value("high")
    expect(seed).to_have_value("7")
    assert page.evaluate("() => document.querySelector('chat-settings').params()") == {
        "system": "Be brief.",
        "seed": 7,
        "reasoning_effort": "high",
    }
    page.reload()
    expect(effort).to_have_value("high")


def test_a_draft_without_a_conversation_goes_along(chat: ChatPage):
    page = chat.open().page
    chat.text.fill("Not sent yet")
    choose(chat, "blind-echo")
    expect(page.locator(".thread-hello")).to_have_text("Ask Stage blind-echo something.")
    page.reload()
    chat.wait_until_ready()
    expect(chat.text).to_have_value("Not sent yet")
    chat.open()
    expect(chat.text).to_have_value("")


def test_a_conversation_is_opened_with_the_model_that_answered_last(chat: ChatPage):
    page = chat.open("blind-echo").page
    chat.ask("To the blind one")
    blind = chat.conversation()
    chat.open()
    page.locator(".talk-open", has_text="To the blind one").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stage blind-echo")
    expect(chat.answer_text).to_have_text("To the blind one")
    assert address(page) == ("/models/stage/blind-echo", {"conversation": [blind]})
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stage echo")
    expect(chat.messages).to_have_count(0)
    assert address(page) == ("/models/stage/echo", {})


def test_a_message_waits_for_the_model_that_was_chosen(chat: ChatPage):
    page = chat.open().page
    held: list[Route] = []
    page.route("**/chat/stage/blind-echo", lambda route: held.append(route))
    with page.expect_request("**/chat/stage/blind-echo"):
        choose(chat, "blind-echo")
    chat.send("For the other one")
    expect(chat.messages).to_have_count(0)
    held[0].continue_()
    chat.wait_for_answers()
    expect(chat.answers.locator(".message-receipt")).to_contain_text("Stage blind-echo")


def test_a_model_that_cannot_be_had_leaves_the_page_as_it_is(chat: ChatPage):
    chat.monitor.allow("ERR_FAILED")
    page = chat.open().page
    page.route("**/chat/stage/*", lambda route: route.abort())
    chat.text.fill("Hello")
    choose(chat, "blind-echo")
    expect(page.locator("chat-settings")).to_contain_text("The server is out of reach: the model stays.")
    expect(page.get_by_label("Model", exact=True)).to_have_value("stage/echo")
    assert address(page)[0] == "/models/stage/echo"
    chat.text.press("Enter")
    chat.wait_for_answers()
    expect(chat.answers.locator(".message-receipt")).to_contain_text("Stage echo")
    page.unroute("**/chat/stage/*")
    choose(chat, "blind-echo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stage blind-echo")


@LOOKS
def test_an_answer_has_a_version_by_another_model(chat: ChatPage):
    page = chat.open().page
    chat.ask("Who are you?")
    chat.tool("Answer again with another model").click()
    menu = page.locator("#chat-with")
    expect(menu.locator("[aria-current]")).to_have_text("Stage echo")
    expect(menu).to_be_in_viewport(ratio=1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    menu.get_by_role("button", name="Stage blind-echo").click()
    label = chat.answers.locator(".message-model")
    expect(label).to_have_text("Stage blind-echo")
    chat.wait_for_answers()
    expect(chat.answers.locator(".message-receipt")).to_contain_text("Stage blind-echo")
    expect(chat.answers.locator("[data-field=place]")).to_have_text("2/2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stage echo")
    chat.tool("Earlier version").click()
    expect(label).to_have_text("Stage echo")
    chat.ask("\n\n".join(f"Line {number}" for number in range(20)))
    chat.tool("Answer again with another model").click()
    expect(menu).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    page.reload()
    expect(label.first).to_have_text("Stage echo")
    assert faults(page) == []


def test_the_other_model_is_chosen_by_keyboard_and_asked_what_it_knows(chat: ChatPage):
    page = chat.open("blind-echo").page
    page.get_by_label("Seed").fill("7")
    chat.ask("Who are you?")
    chat.tool("Answer again with another model").press("Enter")
    menu = page.locator("#chat-with")
    expect(menu.get_by_role("button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(chat.tool("Answer again with another model")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("button").first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    wanted = menu.get_by_role("button", name="Stage echo")
    for _ in range(menu.get_by_role("button").count()):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chat.wait_for_answers()
    expect(chat.answers.locator(".message-model")).to_have_text("Stage echo")
    expect(chat.tool("Earlier version")).to_be_focused()


@LOOKS
def test_reasoning_keeps_its_time(chat: ChatPage):
    page = chat.open("thinker").page
    page.locator("[name=reasoning_effort]").evaluate(
        "one => { one.value = 'low'; one.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    chat.send("Think")
    summary = chat.answers.locator(".message-reasoning summary")
    expect(summary).to_have_text(re.compile(r"Thinking… [1-9] s"))
    chat.conversation()
    page.reload()
    expect(summary).to_have_text(re.compile(r"Thinking… [2-9] s"))
    chat.wait_for_answers()
    (done,) = chat.monitor.events("reasoning.done")
    told = f"Thought for {done['seconds']:g} s"
    expect(summary).to_have_text(told)
    assert done["seconds"] >= 4.5
    page.reload()
    expect(summary).to_have_text(told)
    summary.click()
    expect(chat.answers).to_contain_text("A rehearsal does not think. It repeats.")
    chat.answers.locator(".message-receipt a").click()
    expect(page.get_by_text(told)).to_be_visible()


@LOOKS
def test_one_writes_at_once_and_sees_more_conversations(chat: ChatPage):
    chat.open("blind-echo")
    for number in range(4):
        chat.page.locator("conversation-list [data-role=new]").dispatch_event("click")
        chat.ask(f"Conversation {number}")
    page = chat.open().page
    expect(chat.text).to_be_focused()
    drawer = page.get_by_role("button", name="Settings", exact=True)
    if drawer.is_visible():
        drawer.click()
    room = page.locator(".talk-scroll").bounding_box()
    row = page.locator(".talk").first.bounding_box()
    assert room["height"] / row["height"] >= 6
    expect(page.get_by_label("Model", exact=True)).to_be_in_viewport(ratio=1)


def test_it_is_said_how_long_files_are_kept(chat: ChatPage, data: Path):
    kept = chat.open().page.locator(".composer-kept")
    expect(kept).to_be_hidden()
    chat.attach("image", data / "samples" / FILES["image"])
    expect(kept).to_have_text(re.compile("Files (may be deleted after|are kept until)"))
    expect(kept).to_be_visible()
