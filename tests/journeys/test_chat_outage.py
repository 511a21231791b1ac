"""A server that goes away in mid-answer: the page says so, and goes on once it is back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models
from tests.journeys.test_chat import LONG
from tests.journeys.test_pages import faults

CUT = """() => {
    window.Real = WebSocket;
    window.WebSocket = class {
        constructor() { setTimeout(() => this.onclose({ code: 1006 })); }
    };
    window.watch.socket.close();
}"""
"""From here on no new connection comes about, as where the server is gone."""

SILENT = "() => { window.watch.socket.onmessage = null; }"
"""From here on nothing arrives, as where the network is gone: no close event tells."""


def test_a_server_that_is_gone_is_said_until_it_is_back(chat: ChatPage):
    chat.open("slow-echo").send(LONG)
    expect(chat.answer_text).to_contain_text("Paragraph 1")
    note = chat.page.get_by_role("alert").filter(has_text="No connection to the server")
    expect(note).to_be_hidden()
    chat.page.evaluate(SILENT)
    expect(note).to_be_visible(timeout=5_000)
    assert faults(chat.page) == []
    note.get_by_role("button", name="Try now").click()
    expect(note).to_be_hidden()
    chat.page.evaluate(CUT)
    expect(note).to_be_visible(timeout=10_000)
    chat.page.evaluate("() => { window.WebSocket = window.Real; }")
    expect(note).to_be_hidden(timeout=90_000)
    chat.wait_for_answers()
    assert chat.answer_text.inner_text().split() == LONG.split()
