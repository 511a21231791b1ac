"""Talking with a model: asking, waiting, branching, leaving and coming back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.test_pages import faults

MARKDOWN = "Some **bold** words\n\n```python\nprint('hi')\n```\n\n- one\n- two"
LONG = "\n\n".join(f"Paragraph {number} is told here." for number in range(12))
FILES = {"image": "kiwi.jpg", "file": "dummy.pdf", "audio": "jfk.flac", "video": "small_video.mp4"}


def test_an_answer_is_shown_as_it_is_meant(chat: ChatPage):
    chat.open().ask(MARKDOWN)
    expect(chat.answer_text.locator("strong")).to_have_text("bold")
    expect(chat.answer_text.locator("li")).to_have_text(["one", "two"])
    block = chat.answer_text.locator("code-block")
    expect(block.locator("[data-field=language]")).to_have_text("python")
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block.get_by_role("button", name="Copy the code").click()
    expect(chat.page.locator("live-region")).to_have_text("Copied")
    assert chat.page.evaluate("() => navigator.clipboard.readText()") == "print('hi')"
    chat.tool("Copy").click()
    chat.page.wait_for_function(
        "text => navigator.clipboard.readText().then((found) => found === text)", arg=MARKDOWN
    )


def test_the_receipt_line_says_what_it_took(chat: ChatPage):
    chat.open().ask("one two three")
    receipt = chat.answers.locator(".message-receipt")
    expect(receipt).to_contain_text("to first token")
    expect(receipt).to_contain_text("3 in · 3 out · $0.00006 · Stage echo · Stage")
    expect(chat.page.locator(".thread-total")).to_have_text("$0.00006")
    chat.ask("four")
    expect(chat.page.locator(".thread-total")).not_to_have_text("$0.00006")
    receipt.first.get_by_role("link").click()
    expect(chat.page.get_by_role("heading", name="Details")).to_be_visible()


def test_an_example_fills_the_form_and_sends_nothing(chat: ChatPage):
    example = chat.open().page.locator(".thread-example")
    asked = example.locator("[data-field=example]").inner_text()
    example.click()
    expect(chat.text).to_have_value(asked)
    expect(chat.text).to_be_focused()
    expect(chat.messages).to_have_count(0)
    chat.text.press("Enter")
    chat.wait_for_answers()
    expect(chat.questions.locator(".message-words")).to_have_text(asked)
    expect(chat.answer_text).to_have_text(asked)


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(chat: ChatPage):
    chat.open("slow-echo").send(LONG)
    expect(chat.answer_text).to_contain_text("Paragraph 2")
    conversation = chat.conversation()
    chat.page.reload()
    expect(chat.answer_text).to_contain_text("Paragraph 3")
    assert chat.conversation() == conversation
    chat.wait_for_answers()
    assert chat.answer_text.inner_text().split() == LONG.split()
    expect(chat.messages).to_have_count(2)
    expect(chat.text).to_have_value("")


def test_a_lost_connection_heals(chat: ChatPage):
    chat.open("slow-echo").send(LONG)
    expect(chat.answer_text).to_contain_text("Paragraph 1")
    chat.page.evaluate("() => window.watch.socket.close()")
    chat.wait_for_answers()
    assert chat.answer_text.inner_text().split() == LONG.split()


def test_a_question_that_never_left_is_edited_where_it_stands(chat: ChatPage):
    """A new version of it goes on from the answer before it, not from the beginning."""
    chat.open().ask("The first")
    chat.page.evaluate("() => { WebSocket.prototype.send = function () { this.close(); }; }")
    chat.send("The second")
    chat.wait_for_answers(2)
    expect(chat.answers.last.locator(".message-trouble")).to_contain_text("The connection was lost")
    chat.page.evaluate("() => { WebSocket.prototype.send = window.watch.send; }")
    chat.edit("The second, again")
    expect(chat.answer_text).to_have_text("The second, again")
    assert chat.questions.all_inner_texts() == ["The first", "The second, again"]
    expect(chat.answers.last.locator(".message-receipt")).to_contain_text("7 in")


def test_what_never_left_is_a_draft_after_a_reload(chat: ChatPage, data: Path):
    chat.open().ask("The first")
    chat.page.evaluate("() => { WebSocket.prototype.send = function () { this.close(); }; }")
    chat.attach("image", data / "samples" / FILES["image"])
    chat.send("The second")
    chat.wait_for_answers(2)
    expect(chat.text).to_have_value("")
    chat.page.reload()
    chat.wait_until_ready()
    expect(chat.text).to_have_value("The second")
    expect(chat.page.locator("attachment-chip")).to_have_count(1)
    expect(chat.questions).to_have_count(1)
    chat.text.press("Enter")
    chat.wait_for_answers(2)
    expect(chat.answer_text).to_have_text("The second [image_url]")
    chat.page.reload()
    expect(chat.questions).to_have_count(2)
    expect(chat.text).to_have_value("")
    expect(chat.page.locator("attachment-chip")).to_have_count(0)


def test_what_never_left_comes_back_when_something_else_is_asked(chat: ChatPage):
    chat.open()
    chat.page.evaluate("() => { WebSocket.prototype.send = function () { this.close(); }; }")
    chat.send("The first")
    chat.wait_for_answers()
    chat.page.evaluate("() => { WebSocket.prototype.send = window.watch.send; }")
    chat.send("The second")
    expect(chat.answer_text).to_have_text("The second")
    assert chat.questions.all_inner_texts() == ["The second"]
    expect(chat.text).to_have_value("The first")
    chat.page.get_by_role("link", name="New conversation").first.click()
    expect(chat.messages).to_have_count(0)
    chat.page.go_back()
    expect(chat.text).to_have_value("The first")


def test_a_conversation_deleted_elsewhere_leaves_its_writer_the_message(chat: ChatPage):
    chat.open().ask("The first")
    gone = chat.conversation()
    chat.page.evaluate(
        """async (id) => {
        const headers = { "X-CSRFToken": document.querySelector("chat-studio").dataset.csrf };
        await fetch(`/conversations/${id}/delete`, { method: "POST", headers }); }""",
        gone,
    )
    chat.send("The second")
    expect(chat.page.locator(".composer-notes")).to_contain_text("deleted elsewhere")
    expect(chat.text).to_have_value("The second")
    expect(chat.messages).to_have_count(0)
    chat.text.press("Enter")
    chat.wait_for_answers()
    expect(chat.answer_text).to_have_text("The second")
    assert chat.conversation() != gone


def test_a_message_too_long_for_the_socket_stays_with_its_writer(chat: ChatPage):
    chat.open().text.evaluate(
        "(text) => { text.value = 'житель '.repeat(90_000); text.dispatchEvent(new Event('input')); }"
    )
    expect(chat.page.locator("#composer-hint")).to_contain_text("too long")
    send = chat.page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    chat.text.press("Enter")
    expect(chat.messages).to_have_count(0)
    chat.text.evaluate("(text) => { text.value = 'ж'.repeat(1000); text.dispatchEvent(new Event('input')); }")
    expect(send).to_be_enabled()


def test_a_double_click_sends_and_stops_nothing(chat: ChatPage):
    chat.open("slow-echo").text.fill("one two three four five six")
    chat.page.get_by_role("button", name="Send", exact=True).dblclick()
    chat.wait_for_answers()
    expect(chat.answer_text).to_have_text("one two three four five six")


def test_escape_stops_and_what_came_stays(chat: ChatPage):
    chat.open("slow-echo").send(LONG)
    expect(chat.answer_text).to_contain_text("Paragraph 1")
    chat.page.keyboard.press("Escape")
    chat.wait_for_answers()
    expect(chat.answers.locator(".message-trouble")).to_contain_text("Stopped")
    expect(chat.answer_text).to_contain_text("Paragraph 1")
    expect(chat.answer_text).not_to_contain_text("Paragraph 11")
    chat.page.reload()
    expect(chat.answers.locator(".message-trouble")).to_contain_text("Stopped")


def test_branches_are_kept_side_by_side(chat: ChatPage):
    chat.open().ask("First")
    chat.ask("Second")
    chat.edit("Another second")
    expect(chat.answer_text).to_have_text("Another second")
    place = chat.questions.last.locator("[data-field=place]")
    expect(place).to_have_text("2/2")
    chat.tool("Earlier version", chat.questions.last).click()
    expect(chat.answer_text).to_have_text("Second")
    expect(place).to_have_text("1/2")
    expect(chat.tool("Later version", chat.questions.last)).to_be_focused()
    chat.tool("Answer again").click()
    expect(chat.answers.last.locator("[data-field=place]")).to_have_text("2/2")
    chat.wait_for_answers(2)
    chat.page.reload()
    expect(chat.answers.last.locator("[data-field=place]")).to_have_text("2/2")
    expect(chat.messages).to_have_count(4)
    expect(chat.questions.last.locator(".message-words")).to_have_text("Second")


def test_a_conversation_goes_on_from_an_earlier_answer_elsewhere(chat: ChatPage):
    chat.open().ask("First")
    chat.ask("Second")
    first = chat.conversation()
    chat.tool("Continue from here in a new conversation", chat.answers.first).click()
    expect(chat.messages).to_have_count(2)
    assert chat.conversation() != first
    chat.ask("Elsewhere")
    chat.page.go_back()
    expect(chat.questions).to_have_count(2)
    expect(chat.answer_text).to_have_text("Second")
    assert chat.conversation() == first
    chat.page.go_forward()
    expect(chat.answer_text).to_have_text("Elsewhere")


def test_new_conversations_begin_empty(chat: ChatPage):
    chat.open().ask("Something")
    chat.page.get_by_role("link", name="New conversation").click()
    expect(chat.messages).to_have_count(0)
    expect(chat.page.locator(".thread-example")).to_be_visible()
    assert "conversation" not in chat.page.url
    chat.page.go_back()
    expect(chat.answer_text).to_have_text("Something")


def test_two_tabs_follow_one_answer(chat: ChatPage):
    chat.open("slow-echo").send(LONG)
    chat.conversation()
    other = chat.page.context.new_page()
    other.goto(chat.page.url)
    expect(other.locator(".message-answer .prose")).to_contain_text("Paragraph 11", timeout=90_000)
    chat.wait_for_answers()
    expect(other.locator(".message-answer")).to_have_attribute("data-state", "completed")
    assert other.locator(".message-answer .prose").inner_text() == chat.answer_text.inner_text()


def test_news_from_elsewhere_leave_the_reader_on_their_branch(chat: ChatPage):
    chat.open().ask("First")
    chat.edit("First, again")
    expect(chat.answer_text).to_have_text("First, again")
    chat.tool("Earlier version", chat.questions.first).click()
    expect(chat.answer_text).to_have_text("First")
    other = ChatPage(PageMonitor(chat.page.context.new_page()))
    other.page.goto(chat.page.url)
    other.wait_until_ready()
    expect(other.answer_text).to_have_text("First, again")
    other.ask("More")
    with chat.page.expect_response("**/conversations/*/"):
        chat.page.evaluate("() => dispatchEvent(new Event('focus'))")
    chat.tool("Later version", chat.questions.first).click()
    expect(chat.answer_text).to_have_text("More")
    other.ask("And more")
    with chat.page.expect_response("**/conversations/*/"):
        chat.page.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(chat.answer_text).to_have_text("And more")


def test_an_answer_that_ends_early_is_kept_and_tried_again(chat: ChatPage):
    chat.open("cut-echo").ask("one two three four five")
    trouble = chat.answers.locator(".message-trouble")
    expect(trouble).to_contain_text("The answer ends early.")
    expect(chat.answer_text).to_have_text("one two three")
    trouble.get_by_role("button", name="Retry").click()
    expect(chat.answers.locator("[data-field=place]")).to_have_text("2/2")


def test_a_provider_that_fails_is_named_with_the_request(chat: ChatPage):
    chat.open("broken-echo").ask("Hello")
    trouble = chat.answers.locator(".message-trouble")
    expect(trouble).to_contain_text("Provider error.")
    expect(trouble).to_contain_text(re.compile(r"Request gen-\S+"))
    receipt = chat.answers.locator(".message-receipt")
    told = receipt.inner_text()
    assert "stage/broken-echo" in told or "Stage broken-echo" in told
    chat.page.reload()
    expect(receipt).to_have_text(told)
    chat.page.locator("#chat-model").select_option("stage/echo")
    trouble.get_by_role("button", name="Retry").click()
    expect(chat.answer_text).to_have_text("Hello")


def test_files_of_every_kind_are_shown_and_marked(chat: ChatPage, data: Path):
    chat.open()
    for kind, name in FILES.items():
        chat.attach(kind, data / "samples" / name)
    chat.ask("Look, read and listen")
    expect(chat.answer_text).to_have_text(
        "Look, read and listen [image_url] [file] [input_audio] [video_url]"
    )
    expect(chat.files).to_have_count(4)
    chat.page.reload()
    expect(chat.files).to_have_count(4)
    expect(chat.files.locator("audio")).to_have_js_property("readyState", 4)
    expect(chat.files.locator("figcaption")).to_have_text(["jfk.flac", "small_video.mp4"])
    expect(chat.files.locator(".paper")).to_contain_text("dummy.pdf")
    chat.files.get_by_role("button", name="kiwi.jpg").click()
    expect(chat.page.get_by_role("dialog", name="Picture")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog", name="Picture")).to_be_hidden()
    chat.page.locator("#chat-model").select_option("stage/blind-echo")
    for file in chat.files.all():
        expect(file).to_have_attribute("data-left", "Not shown to this model")
    chat.ask("And now?")
    expect(chat.answers.last.locator(".message-receipt")).to_contain_text("Stage blind-echo")


def test_the_inspector_answers_with_what_it_found(chat: ChatPage, data: Path):
    chat.page.goto("/models/local/inspector")
    chat.wait_until_ready()
    for kind, name in FILES.items():
        chat.attach(kind, data / "samples" / name)
    chat.ask("What is this?")
    found = chat.answer_text.get_by_role("heading")
    expect(found).to_have_text([re.compile(name) for name in ("Text", "Image", "PDF", "Audio", "Video")])
    expect(chat.answer_text.get_by_role("row", name="Size 597 × 566 pixels")).to_be_visible()
    expect(chat.answers.locator(".message-images .thumb")).to_have_count(3)
    chat.page.reload()
    expect(found).to_have_count(5)
    expect(chat.answers.locator(".message-images .thumb")).to_have_count(3)


def test_the_request_is_shown_as_it_was_sent(chat: ChatPage):
    chat.open().ask("What was sent?")
    chat.tool("View the request").click()
    dialog = chat.page.get_by_role("dialog", name="The request")
    expect(dialog.get_by_role("tabpanel", name="Sent")).to_contain_text('"content": "What was sent?"')
    dialog.get_by_role("tab", name="Sent").press("ArrowRight")
    expect(dialog.get_by_role("tabpanel", name="Answer")).to_contain_text('"object": "chat.completion"')
    dialog.get_by_role("tab", name="Answer").press("ArrowRight")
    expect(dialog.get_by_role("tabpanel", name="Route")).to_contain_text("completed")
    assert faults(chat.page) == []
    chat.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_view_lets_go_when_the_reader_scrolls_up(chat: ChatPage):
    chat.page.set_viewport_size({"width": 900, "height": 500})
    chat.open("slow-echo").send(LONG)
    latest = chat.page.get_by_role("button", name="Jump to latest")
    expect(chat.answer_text).to_contain_text("Paragraph 3")
    expect(latest).to_be_hidden()
    chat.page.mouse.move(300, 200)
    chat.page.mouse.wheel(0, -300)
    expect(latest).to_be_visible()
    before = chat.page.evaluate("() => scrollY")
    expect(chat.answer_text).to_contain_text("Paragraph 7")
    assert chat.page.evaluate("() => scrollY") == before
    latest.click()
    expect(latest).to_be_hidden()
    chat.wait_for_answers()
    gap = "() => document.documentElement.scrollHeight - innerHeight - scrollY"
    assert chat.page.evaluate(gap) < 2


def test_a_screen_reader_hears_the_start_and_the_end_alone(chat: ChatPage):
    chat.open("slow-echo")
    chat.page.evaluate(
        """() => { window.said = [];
        document.addEventListener("announce", ({ detail }) => window.said.push(detail.text)); }"""
    )
    chat.ask("one two three four five")
    chat.page.wait_for_function("() => window.said.length > 1")
    assert chat.page.evaluate("() => window.said") == ["The answer is coming", "Answered, $0.0001"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_jumps_and_axe_finds_nothing(chat: ChatPage, size: Any):
    chat.page.set_viewport_size(size)
    chat.page.emulate_media(reduced_motion="reduce", color_scheme="light")
    chat.open("slow-echo")
    assert faults(chat.page) == []
    before = place(chat)
    chat.send(MARKDOWN)
    expect(chat.answer_text).to_contain_text("bold")
    layout_shift = chat.monitor.layout_shift()
    assert faults(chat.page) == []
    chat.wait_for_answers()
    assert place(chat) == before
    assert chat.monitor.layout_shift() - layout_shift < 0.02
    chat.page.emulate_media(color_scheme="dark")
    assert faults(chat.page) == []
    assert chat.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def place(chat: ChatPage) -> list[int]:
    """Where the composer stands in the window."""
    return [round(value) for value in (chat.text.bounding_box() or {}).values()]
