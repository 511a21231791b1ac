"""A conversation as a file, and on paper."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models


def test_a_conversation_is_taken_along_as_a_file_and_on_paper(chat: ChatPage):
    chat.open().ask("Something")
    expect(chat.page.locator("[data-role=export]")).to_be_visible()
    for name, words in (("Markdown", "## You\n\nSomething"), ("JSON", '"text": "Something"')):
        chat.page.get_by_role("button", name="Export").click()
        with chat.page.expect_download() as download:
            chat.page.get_by_role("link", name=name, exact=True).click()
        assert words in download.value.path().read_text()
        chat.page.keyboard.press("Escape")
        expect(chat.page.locator("#chat-export")).to_be_hidden()
    chat.page.emulate_media(media="print")
    expect(chat.text).to_be_hidden()
    expect(chat.page.locator(".site-header")).to_be_hidden()
    expect(chat.questions.last).to_be_visible()
