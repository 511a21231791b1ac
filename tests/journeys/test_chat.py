"""Talking with a model: asking, waiting, branching, leaving and coming back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.chat_page import Talk
from tests.journeys.chat_page import echoes as echoes
from tests.journeys.chat_page import talk as talk
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.page_monitor import Watch
from tests.journeys.test_pages import faults

MARKDOWN = "Some **bold** words\n\n```python\nprint('hi')\n```\n\n- one\n- two"
LONG = "\n\n".join(f"Paragraph {number} is told here." for number in range(12))
FILES = {"image": "kiwi.jpg", "file": "dummy.pdf", "audio": "jfk.flac", "video": "small_video.mp4"}


def test_an_answer_is_shown_as_it_is_meant(talk: Talk):
    talk.open().say(MARKDOWN)
    expect(talk.words.locator("strong")).to_have_text("bold")
    expect(talk.words.locator("li")).to_have_text(["one", "two"])
    block = talk.words.locator("code-block")
    expect(block.locator("[data-field=language]")).to_have_text("python")
    talk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block.get_by_role("button", name="Copy the code").click()
    expect(talk.page.locator("live-region")).to_have_text("Copied")
    assert talk.page.evaluate("() => navigator.clipboard.readText()") == "print('hi')"
    talk.tool("Copy").click()
    talk.page.wait_for_function(
        "text => navigator.clipboard.readText().then((found) => found === text)", arg=MARKDOWN
    )


def test_the_receipt_line_says_what_it_took(talk: Talk):
    talk.open().say("one two three")
    receipt = talk.answers.locator(".message-receipt")
    expect(receipt).to_contain_text("to first token")
    expect(receipt).to_contain_text("3 in · 3 out · $0.00006 · Stage echo · Stage")
    expect(talk.page.locator(".thread-total")).to_have_text("$0.00006")
    talk.say("four")
    expect(talk.page.locator(".thread-total")).not_to_have_text("$0.00006")
    receipt.first.get_by_role("link").click()
    expect(talk.page.get_by_role("heading", name="Receipt")).to_be_visible()


def test_an_example_is_tried_with_one_click(talk: Talk):
    example = talk.open().page.locator(".thread-example")
    asked = example.locator("[data-field=example]").inner_text()
    example.click()
    talk.answered()
    expect(talk.questions.locator(".message-words")).to_have_text(asked)
    expect(talk.words).to_have_text(asked)


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(talk: Talk):
    talk.open("slow-echo").begin(LONG)
    expect(talk.words).to_contain_text("Paragraph 2")
    conversation = talk.conversation()
    talk.page.reload()
    expect(talk.words).to_contain_text("Paragraph 3")
    assert talk.conversation() == conversation
    talk.answered()
    assert talk.words.inner_text().split() == LONG.split()
    expect(talk.messages).to_have_count(2)
    expect(talk.text).to_have_value("")


def test_a_lost_connection_heals(talk: Talk):
    talk.open("slow-echo").begin(LONG)
    expect(talk.words).to_contain_text("Paragraph 1")
    talk.page.evaluate("() => window.watch.socket.close()")
    talk.answered()
    assert talk.words.inner_text().split() == LONG.split()


def test_a_question_that_never_left_is_edited_where_it_stands(talk: Talk):
    """A new version of it goes on from the answer before it, not from the beginning."""
    talk.open().say("The first")
    talk.page.evaluate("() => { WebSocket.prototype.send = function () { this.close(); }; }")
    talk.begin("The second")
    talk.answered(2)
    expect(talk.answers.last.locator(".message-trouble")).to_contain_text("The connection was lost")
    talk.page.evaluate("() => { WebSocket.prototype.send = window.watch.send; }")
    talk.edit("The second, again")
    expect(talk.words).to_have_text("The second, again")
    assert talk.questions.all_inner_texts() == ["The first", "The second, again"]
    expect(talk.answers.last.locator(".message-receipt")).to_contain_text("7 in")


def test_what_never_left_is_a_draft_after_a_reload(talk: Talk, data: Path):
    talk.open().say("The first")
    talk.page.evaluate("() => { WebSocket.prototype.send = function () { this.close(); }; }")
    talk.attach("image", data / "samples" / FILES["image"])
    talk.begin("The second")
    talk.answered(2)
    expect(talk.text).to_have_value("")
    talk.page.reload()
    talk.ready()
    expect(talk.text).to_have_value("The second")
    expect(talk.page.locator("attachment-chip")).to_have_count(1)
    expect(talk.questions).to_have_count(1)
    talk.text.press("Enter")
    talk.answered(2)
    expect(talk.words).to_have_text("The second [image_url]")
    talk.page.reload()
    expect(talk.questions).to_have_count(2)
    expect(talk.text).to_have_value("")
    expect(talk.page.locator("attachment-chip")).to_have_count(0)


def test_what_never_left_comes_back_when_something_else_is_asked(talk: Talk):
    talk.open()
    talk.page.evaluate("() => { WebSocket.prototype.send = function () { this.close(); }; }")
    talk.begin("The first")
    talk.answered()
    talk.page.evaluate("() => { WebSocket.prototype.send = window.watch.send; }")
    talk.begin("The second")
    expect(talk.words).to_have_text("The second")
    assert talk.questions.all_inner_texts() == ["The second"]
    expect(talk.text).to_have_value("The first")
    talk.page.get_by_role("link", name="New conversation").first.click()
    expect(talk.messages).to_have_count(0)
    talk.page.go_back()
    expect(talk.text).to_have_value("The first")


def test_a_conversation_deleted_elsewhere_leaves_its_writer_the_message(talk: Talk):
    talk.open().say("The first")
    gone = talk.conversation()
    talk.page.evaluate(
        """async (id) => {
        const headers = { "X-CSRFToken": document.querySelector("chat-studio").dataset.csrf };
        await fetch(`/conversations/${id}/delete`, { method: "POST", headers }); }""",
        gone,
    )
    talk.begin("The second")
    expect(talk.page.locator(".composer-notes")).to_contain_text("deleted elsewhere")
    expect(talk.text).to_have_value("The second")
    expect(talk.messages).to_have_count(0)
    talk.text.press("Enter")
    talk.answered()
    expect(talk.words).to_have_text("The second")
    assert talk.conversation() != gone


def test_a_message_too_long_for_the_socket_stays_with_its_writer(talk: Talk):
    talk.open().text.evaluate(
        "(text) => { text.value = 'житель '.repeat(90_000); text.dispatchEvent(new Event('input')); }"
    )
    expect(talk.page.locator("#composer-hint")).to_contain_text("too long")
    send = talk.page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    talk.text.press("Enter")
    expect(talk.messages).to_have_count(0)
    talk.text.evaluate("(text) => { text.value = 'ж'.repeat(1000); text.dispatchEvent(new Event('input')); }")
    expect(send).to_be_enabled()


def test_a_double_click_sends_and_stops_nothing(talk: Talk):
    talk.open("slow-echo").text.fill("one two three four five six")
    talk.page.get_by_role("button", name="Send", exact=True).dblclick()
    talk.answered()
    expect(talk.words).to_have_text("one two three four five six")


def test_escape_stops_and_what_came_stays(talk: Talk):
    talk.open("slow-echo").begin(LONG)
    expect(talk.words).to_contain_text("Paragraph 1")
    talk.page.keyboard.press("Escape")
    talk.answered()
    expect(talk.answers.locator(".message-trouble")).to_contain_text("Stopped")
    expect(talk.words).to_contain_text("Paragraph 1")
    expect(talk.words).not_to_contain_text("Paragraph 11")
    talk.page.reload()
    expect(talk.answers.locator(".message-trouble")).to_contain_text("Stopped")


def test_branches_are_kept_side_by_side(talk: Talk):
    talk.open().say("First")
    talk.say("Second")
    talk.edit("Another second")
    expect(talk.words).to_have_text("Another second")
    place = talk.questions.last.locator("[data-field=place]")
    expect(place).to_have_text("2/2")
    talk.tool("Earlier version", talk.questions.last).click()
    expect(talk.words).to_have_text("Second")
    expect(place).to_have_text("1/2")
    expect(talk.tool("Later version", talk.questions.last)).to_be_focused()
    talk.tool("Answer again").click()
    expect(talk.answers.last.locator("[data-field=place]")).to_have_text("2/2")
    talk.answered(2)
    talk.page.reload()
    expect(talk.answers.last.locator("[data-field=place]")).to_have_text("2/2")
    expect(talk.messages).to_have_count(4)
    expect(talk.questions.last.locator(".message-words")).to_have_text("Second")


def test_a_conversation_goes_on_from_an_earlier_answer_elsewhere(talk: Talk):
    talk.open().say("First")
    talk.say("Second")
    first = talk.conversation()
    talk.tool("Continue from here in a new conversation", talk.answers.first).click()
    expect(talk.messages).to_have_count(2)
    assert talk.conversation() != first
    talk.say("Elsewhere")
    talk.page.go_back()
    expect(talk.questions).to_have_count(2)
    expect(talk.words).to_have_text("Second")
    assert talk.conversation() == first
    talk.page.go_forward()
    expect(talk.words).to_have_text("Elsewhere")


def test_new_conversations_begin_empty(talk: Talk):
    talk.open().say("Something")
    talk.page.get_by_role("link", name="New conversation").click()
    expect(talk.messages).to_have_count(0)
    expect(talk.page.locator(".thread-example")).to_be_visible()
    assert "conversation" not in talk.page.url
    talk.page.go_back()
    expect(talk.words).to_have_text("Something")


def test_two_tabs_follow_one_answer(talk: Talk):
    talk.open("slow-echo").begin(LONG)
    talk.conversation()
    other = talk.page.context.new_page()
    other.goto(talk.page.url)
    expect(other.locator(".message-answer .prose")).to_contain_text("Paragraph 11", timeout=30_000)
    talk.answered()
    expect(other.locator(".message-answer")).to_have_attribute("data-state", "completed")
    assert other.locator(".message-answer .prose").inner_text() == talk.words.inner_text()


def test_news_from_elsewhere_leave_the_reader_on_their_branch(talk: Talk):
    talk.open().say("First")
    talk.edit("First, again")
    expect(talk.words).to_have_text("First, again")
    talk.tool("Earlier version", talk.questions.first).click()
    expect(talk.words).to_have_text("First")
    other = Talk(Watch(talk.page.context.new_page()))
    other.page.goto(talk.page.url)
    other.ready()
    expect(other.words).to_have_text("First, again")
    other.say("More")
    with talk.page.expect_response("**/conversations/*/"):
        talk.page.evaluate("() => dispatchEvent(new Event('focus'))")
    talk.tool("Later version", talk.questions.first).click()
    expect(talk.words).to_have_text("More")
    other.say("And more")
    with talk.page.expect_response("**/conversations/*/"):
        talk.page.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(talk.words).to_have_text("And more")


def test_an_answer_that_ends_early_is_kept_and_tried_again(talk: Talk):
    talk.open("cut-echo").say("one two three four five")
    trouble = talk.answers.locator(".message-trouble")
    expect(trouble).to_contain_text("The answer ends early.")
    expect(talk.words).to_have_text("one two three")
    trouble.get_by_role("button", name="Retry").click()
    expect(talk.answers.locator("[data-field=place]")).to_have_text("2/2")


def test_a_provider_that_fails_is_named_with_the_request(talk: Talk):
    talk.open("broken-echo").say("Hello")
    trouble = talk.answers.locator(".message-trouble")
    expect(trouble).to_contain_text("The provider failed.")
    expect(trouble).to_contain_text(re.compile(r"Request gen-\S+"))
    receipt = talk.answers.locator(".message-receipt")
    told = receipt.inner_text()
    assert "stage/broken-echo" in told or "Stage broken-echo" in told
    talk.page.reload()
    expect(receipt).to_have_text(told)
    talk.page.locator("#chat-model").select_option("stage/echo")
    trouble.get_by_role("button", name="Retry").click()
    expect(talk.words).to_have_text("Hello")


def test_files_of_every_kind_are_shown_and_marked(talk: Talk, data: Path):
    talk.open()
    for kind, name in FILES.items():
        talk.attach(kind, data / "samples" / name)
    talk.say("Look, read and listen")
    expect(talk.words).to_have_text("Look, read and listen [image_url] [file] [input_audio] [video_url]")
    expect(talk.files).to_have_count(4)
    talk.page.reload()
    expect(talk.files).to_have_count(4)
    expect(talk.files.locator("audio")).to_have_js_property("readyState", 4)
    expect(talk.files.locator("figcaption")).to_have_text(["jfk.flac", "small_video.mp4"])
    expect(talk.files.locator(".paper")).to_contain_text("dummy.pdf")
    talk.files.get_by_role("button", name="kiwi.jpg").click()
    expect(talk.page.get_by_role("dialog", name="Picture")).to_be_visible()
    talk.page.keyboard.press("Escape")
    expect(talk.page.get_by_role("dialog", name="Picture")).to_be_hidden()
    talk.page.locator("#chat-model").select_option("stage/blind-echo")
    marks = [file.get_attribute("data-left") for file in talk.files.all()]
    assert marks == ["Not shown to this model"] * 4
    talk.say("And now?")
    expect(talk.answers.last.locator(".message-receipt")).to_contain_text("Stage blind-echo")


def test_the_inspector_answers_with_what_it_found(talk: Talk, data: Path):
    talk.page.goto("/models/local/inspector")
    talk.ready()
    for kind, name in FILES.items():
        talk.attach(kind, data / "samples" / name)
    talk.say("What is this?")
    found = talk.words.get_by_role("heading")
    expect(found).to_have_text([re.compile(name) for name in ("Text", "Image", "PDF", "Audio", "Video")])
    expect(talk.words.get_by_role("row", name="Size 597 × 566 pixels")).to_be_visible()
    expect(talk.answers.locator(".message-images .thumb")).to_have_count(3)
    talk.page.reload()
    expect(found).to_have_count(5)
    expect(talk.answers.locator(".message-images .thumb")).to_have_count(3)


def test_the_request_is_shown_as_it_was_sent(talk: Talk):
    talk.open().say("What was sent?")
    talk.tool("View the request").click()
    dialog = talk.page.get_by_role("dialog", name="The request")
    expect(dialog.get_by_role("tabpanel", name="Sent")).to_contain_text('"content": "What was sent?"')
    dialog.get_by_role("tab", name="Sent").press("ArrowRight")
    expect(dialog.get_by_role("tabpanel", name="Answer")).to_contain_text('"object": "chat.completion"')
    dialog.get_by_role("tab", name="Answer").press("ArrowRight")
    expect(dialog.get_by_role("tabpanel", name="Route")).to_contain_text("completed")
    assert faults(talk.page) == []
    talk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_view_lets_go_when_the_reader_scrolls_up(talk: Talk):
    talk.page.set_viewport_size({"width": 900, "height": 500})
    talk.open("slow-echo").begin(LONG)
    latest = talk.page.get_by_role("button", name="Jump to latest")
    expect(talk.words).to_contain_text("Paragraph 3")
    expect(latest).to_be_hidden()
    talk.page.mouse.move(300, 200)
    talk.page.mouse.wheel(0, -300)
    expect(latest).to_be_visible()
    before = talk.page.evaluate("() => scrollY")
    expect(talk.words).to_contain_text("Paragraph 7")
    assert talk.page.evaluate("() => scrollY") == before
    latest.click()
    expect(latest).to_be_hidden()
    talk.answered()
    gap = "() => document.documentElement.scrollHeight - innerHeight - scrollY"
    assert talk.page.evaluate(gap) < 2


def test_a_screen_reader_hears_the_start_and_the_end_alone(talk: Talk):
    talk.open("slow-echo")
    talk.page.evaluate(
        """() => { window.said = [];
        document.addEventListener("announce", ({ detail }) => window.said.push(detail.text)); }"""
    )
    talk.say("one two three four five")
    talk.page.wait_for_function("() => window.said.length > 1")
    assert talk.page.evaluate("() => window.said") == ["The answer is coming", "Answered, $0.0001"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_jumps_and_axe_finds_nothing(talk: Talk, size: Any):
    talk.page.set_viewport_size(size)
    talk.page.emulate_media(reduced_motion="reduce", color_scheme="light")
    talk.open("slow-echo")
    assert faults(talk.page) == []
    before = place(talk)
    talk.begin(MARKDOWN)
    expect(talk.words).to_contain_text("bold")
    shift = talk.watch.shift()
    assert faults(talk.page) == []
    talk.answered()
    assert place(talk) == before
    assert talk.watch.shift() - shift < 0.02
    talk.page.emulate_media(color_scheme="dark")
    assert faults(talk.page) == []
    assert talk.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def place(talk: Talk) -> list[int]:
    """Where the composer stands in the window."""
    return [round(value) for value in (talk.text.bounding_box() or {}).values()]
