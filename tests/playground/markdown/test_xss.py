"""Nothing a model writes becomes more than text, links and the marks of the page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.markdown import BlockRenderer, render
from playground.markdown.safety import ATTRIBUTES, CLASSES, TAGS, clean

CORPUS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><img src onerror=alert(1)></annotation-xml></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)><embed src=javascript:alert(1)>",
    "<style>@import '//evil.example'</style><p style='background:url(//evil.example)'>",
    "<template><script>alert(1)</script></template>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!-- unclosed <script>alert(1)</script>",
    "<?xml version='1.0'?><x/>",
    "<!DOCTYPE x [<!ENTITY e 'y'>]>&e;",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>Sign in</button></form>",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<code-block><img src=x onerror=alert(1)></code-block>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x]( javascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://example.org/1)",
    "[x](//evil.example)",
    "[x](/accounts/logout/)",
    "[x](?next=javascript:alert(1))",
    "[x](https:javascript:alert(1))",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x][r]\n\n[r]: https://e.org '\"><script>alert(1)</script>'",
    '[x](https://e.org "\\" onmouseover=\\"alert(1)")',
    "[x](https://e.org/\"onmouseover='alert(1)')",
    "[x](https://e.org 'a\n\"><img src=x onerror=alert(1)>')",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "<https://e.org/\"onmouseover=alert(1)>",
    "https://e.org/\"onmouseover=alert(1)",
    "https://e.org/<script>alert(1)</script>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/track.png)",
    "![<img src=x onerror=alert(1)>](https://evil.example/x.png)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[![x](https://evil.example/x.png)](https://e.org)",
    "[![x](https://evil.example/x.png)](javascript:alert(1))",
    "```\"><script>alert(1)</script>\ncode\n```",
    "```python onload=alert(1)\ncode\n```",
    "```html\n<script>alert(1)</script>\n```",
    "~~~ \"><img\nx\n~~~",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "| <img src=x onerror=alert(1)> |\n|:-:|\n| <script> |",
    "# <img src=x onerror=alert(1)>",
    "- [x] <img src=x onerror=alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\url{javascript:alert(1)}$",
    "$\\style{background:url(//evil.example)}{x}$",
    "$\\class{a\" onclick=\"alert(1)}{x}$",
    "$\\text{<script>alert(1)</script>}$",
    "$\\text{</mtext><img src=x onerror=alert(1)>}$",
    "$<img src=x onerror=alert(1)>$",
    "$$\n\\unicode{<script>}\n\\color{red\" onclick=\"x}{y}\n$$",
    "$\\hspace{1\" onclick=\"alert(1)}x$",
    "\\[ \\html{<script>alert(1)</script>} \\]",
    "\\( </math><script>alert(1)</script> \\)",
    "\u202e<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "<\u017fcript>alert(1)</\u017fcript>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "[x](java\0script:alert(1))",
    "\ufeff<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{constructor.constructor('alert(1)')()}} {% load x %} ${alert(1)}",
    "<a href=\"https://e.org\" target=_self>x</a>",
    "<p id=messages class=toolbar name=body>clobber</p>",
]  # fmt: skip


class Found(HTMLParser):
    """Every tag with its attributes, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.odd: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.odd.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def harmless(html: str) -> None:
    found = Found(html)
    assert found.odd == []
    for tag, attributes in found.tags:
        assert tag in TAGS
        own = ATTRIBUTES.get(tag, set()) | ({"class"} if tag in CLASSES else set())
        assert set(attributes) <= own | ({"rel"} if tag == "a" else set())
        assert set((attributes.get("class") or "").split()) <= CLASSES.get(tag, set())
        if "href" in attributes:
            assert (attributes["href"] or "").split(":")[0].casefold() in ("http", "https", "mailto")
            assert (attributes["rel"], attributes["target"]) == ("noopener noreferrer nofollow", "_blank")
        if "data-language" in attributes:
            assert (attributes["data-language"] or "").replace("#", "").replace("+", "").isascii()


@pytest.mark.parametrize("text", CORPUS)
def test_attacks_become_text(text):
    harmless(render(text))
    blocks = BlockRenderer()
    for body in [body for letter in text for body in blocks.feed(letter)]:
        harmless(body["html"])


@pytest.mark.parametrize("text", CORPUS)
def test_attacks_within_other_blocks_become_text(text):
    lines = text.replace("\n", " ")
    for around in ("> {}", "- {}", "**{}**", "[{}](https://e.org)", "| {} |\n|-|\n| {} |", "# {}", "${}$"):
        harmless(render(around.replace("{}", lines)))


@pytest.mark.parametrize("html", [text for text in CORPUS if "<" in text])
def test_the_sanitizer_alone_removes_attacks(html):
    harmless(clean(html))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*CORPUS, "\n\n", "`", "$", "[", "](", ")", ">", '"', "|", "a"]), max_size=8))
def test_attacks_side_by_side_become_text(texts):
    harmless(render("".join(texts)))


def test_the_corpus_is_shown_as_text():
    assert render("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_nothing_is_loaded_from_other_hosts():
    html = render("![A cat](https://evil.example/cat.png)")
    assert [tag for tag, _ in Found(html).tags] == ["p", "a"]
    assert ">Image: A cat</a>" in html
