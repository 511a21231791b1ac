"""What a model, a file's name or a title says is never more than text."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models

ATTACKS = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1><a xlink:href=javascript:window.pwned=1>x</a></svg>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "![x](http://evil.test/pixel.png)",
    "![x](javascript:window.pwned=1)",
    "[click](javascript:window.pwned=1)",
    "[click](data:text/html,<script>window.pwned=1</script>)",
    "<javascript:window.pwned=1>",
    "<a href='javascript:window.pwned=1' style='position:fixed;inset:0'>x</a>",
    "<style>@import 'http://evil.test/a.css'; body{display:none}</style>",
    "<link rel=stylesheet href=http://evil.test/a.css>",
    "<form action=http://evil.test><button>go</button></form>",
    "<meta http-equiv=refresh content='0;url=http://evil.test'>",
    "<base href=http://evil.test>",
    "<object data=http://evil.test></object><embed src=http://evil.test>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1>",
    '```"><img src=x onerror=window.pwned=1>\ncode\n```',
    "</template></script><img src=x onerror=window.pwned=1>",
    "<chat-message></chat-message><code-block></code-block><audio src=http://evil.test autoplay>",
]
NAME = '<img src=x onerror=window.pwned=1>".png'
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b821a306000301"
    "0067819ec30000000049454e44ae426082"
)


def harmless(chat: ChatPage) -> None:
    chat.page.wait_for_load_state("networkidle")
    assert chat.page.evaluate("() => window.pwned") is None
    expect(chat.text).to_be_visible()
    shown = chat.page.evaluate(
        """() => [...document.querySelectorAll("chat-thread .prose *")].flatMap((node) =>
          node.getAttributeNames().filter((name) => name.startsWith("on") || name === "style"))"""
    )
    assert shown == []
    kinds = "script, iframe, style, link, form, meta, base, object, embed, svg:not(.icon), img, audio"
    assert chat.page.locator(f"chat-thread .prose :is({kinds})").count() == 0
    assert (
        chat.page.locator("chat-thread .prose a[href^='javascript:' i], .prose a[href^='data:' i]").count()
        == 0
    )


def test_an_answer_is_never_more_than_text(chat: ChatPage):
    chat.open().ask("\n\n".join(ATTACKS))
    harmless(chat)
    chat.page.reload()
    expect(chat.answer_text).to_contain_text("code")
    harmless(chat)


def test_every_attack_alone_and_piece_by_piece(chat: ChatPage):
    chat.open()
    for count, attack in enumerate(ATTACKS, 1):
        chat.send(attack)
        chat.wait_for_answers(count)
    harmless(chat)


def test_names_and_titles_are_never_more_than_text(chat: ChatPage):
    chat.open()
    chat.attach("image", {"name": NAME, "mimeType": "image/png", "buffer": PIXEL})
    chat.ask(ATTACKS[1])
    expect(chat.page.locator(".thread-title")).to_have_text(ATTACKS[1])
    expect(chat.page.locator(".talk-title").first).to_have_text(ATTACKS[1])
    chat.files.get_by_role("button").click()
    chat.page.keyboard.press("Escape")
    harmless(chat)
    chat.page.reload()
    expect(chat.files.locator(".thumb")).to_have_count(1)
    harmless(chat)


def test_calls_and_reasoning_are_never_more_than_text(chat: ChatPage):
    """As a conversation tells them that was kept elsewhere."""
    chat.open().ask("A question")
    url = f"**/conversations/{chat.conversation()}/"
    kept = chat.page.request.get(f"/conversations/{chat.conversation()}/").json()
    attack = ATTACKS[1]
    kept["title"] = attack
    kept["messages"][-1] |= {
        "html": "",
        "text": attack,
        "reasoning": attack,
        "calls": [{"id": attack, "name": attack, "arguments": json.dumps({"a": attack})}],
        "images": [{"url": "http://evil.test/a.png", "media_type": attack}],
        "error": {"code": 502, "message": attack, "metadata": {"generation_id": attack}},
        "state": "failed",
    }
    chat.page.route(url, lambda route: route.fulfill(json=kept))
    chat.page.reload()
    expect(chat.answer_text).to_have_text(attack)
    expect(chat.answers.locator(".call")).to_contain_text(attack)
    expect(chat.answers.locator(".message-trouble")).to_contain_text(attack)
    harmless(chat)
