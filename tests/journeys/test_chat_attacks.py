"""What a model, a file's name or a title says is never more than text."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.journeys.chat_page import Talk
from tests.journeys.chat_page import echoes as echoes
from tests.journeys.chat_page import talk as talk

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


def harmless(talk: Talk) -> None:
    talk.page.wait_for_load_state("networkidle")
    assert talk.page.evaluate("() => window.pwned") is None
    expect(talk.text).to_be_visible()
    shown = talk.page.evaluate(
        """() => [...document.querySelectorAll("chat-thread .prose *")].flatMap((node) =>
          node.getAttributeNames().filter((name) => name.startsWith("on") || name === "style"))"""
    )
    assert shown == []
    kinds = "script, iframe, style, link, form, meta, base, object, embed, svg:not(.icon), img, audio"
    assert talk.page.locator(f"chat-thread .prose :is({kinds})").count() == 0
    assert (
        talk.page.locator("chat-thread .prose a[href^='javascript:' i], .prose a[href^='data:' i]").count()
        == 0
    )


def test_an_answer_is_never_more_than_text(talk: Talk):
    talk.open().say("\n\n".join(ATTACKS))
    harmless(talk)
    talk.page.reload()
    expect(talk.words).to_contain_text("code")
    harmless(talk)


def test_every_attack_alone_and_piece_by_piece(talk: Talk):
    talk.open()
    for count, attack in enumerate(ATTACKS, 1):
        talk.begin(attack)
        talk.answered(count)
    harmless(talk)


def test_names_and_titles_are_never_more_than_text(talk: Talk):
    talk.open()
    talk.attach("image", {"name": NAME, "mimeType": "image/png", "buffer": PIXEL})
    talk.say(ATTACKS[1])
    expect(talk.page.locator(".thread-title")).to_have_text(ATTACKS[1])
    expect(talk.page.locator(".talk-title").first).to_have_text(ATTACKS[1])
    talk.files.get_by_role("button").click()
    talk.page.keyboard.press("Escape")
    harmless(talk)
    talk.page.reload()
    expect(talk.files.locator(".thumb")).to_have_count(1)
    harmless(talk)


def test_calls_and_reasoning_are_never_more_than_text(talk: Talk):
    """As a conversation tells them that was kept elsewhere."""
    talk.open().say("A question")
    url = f"**/conversations/{talk.conversation()}/"
    kept = talk.page.request.get(f"/conversations/{talk.conversation()}/").json()
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
    talk.page.route(url, lambda route: route.fulfill(json=kept))
    talk.page.reload()
    expect(talk.words).to_have_text(attack)
    expect(talk.answers.locator(".call")).to_contain_text(attack)
    expect(talk.answers.locator(".message-trouble")).to_contain_text(attack)
    harmless(talk)
