"""One Markdown block as safe HTML: the rules that render tokens."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from markdown_it.token import Token

from playground.markdown.code import highlight_code, language_of
from playground.markdown.maths import mathml
from playground.markdown.parser import MARKDOWN
from playground.markdown.safety import clean
from playground.markdown.splitter import is_too_complex

Tokens = Sequence[Token]
Rule = Callable[[Tokens, int, Any, MutableMapping[str, Any]], str]


def render_block(text: str, references: MutableMapping[str, Any], unfinished: bool) -> str:
    """One block as safe HTML; `references` are the targets of its links by name, its own are added.

    Code of an `unfinished` block is not highlighted.
    """
    if is_too_complex(text):
        return f"<p>{escape(text.strip(), quote=False)}</p>"
    env = {"references": references, "unfinished": unfinished}
    return clean(MARKDOWN.render(text, env)).strip()


def fence(tokens: Tokens, at: int, _options: Any, env: MutableMapping[str, Any]) -> str:
    """`data-language` is for the label and the copy button that the page adds."""
    token = tokens[at]
    language, code = language_of(token.info), token.content.removesuffix("\n")
    if not code and not env["unfinished"]:
        return ""
    body = escape(code, quote=False) if env["unfinished"] else highlight_code(code, language)
    named = f' data-language="{escape(language)}"' if language else ""
    return f'<pre class="code"{named} tabindex="0"><code>{body}</code></pre>\n'


def link_open(tokens: Tokens, at: int, _options: Any, _env: MutableMapping[str, Any]) -> str:
    token = tokens[at]
    title = f' title="{escape(str(token.attrs["title"]))}"' if token.attrs.get("title") else ""
    return f'<a href="{escape(str(token.attrs["href"]))}"{title}>'


def image(tokens: Tokens, at: int, options: Any, env: MutableMapping[str, Any]) -> str:
    """A link to the image: nothing is loaded from other hosts unless the reader follows it."""
    token = tokens[at]
    address = str(token.attrs["src"])
    name = MARKDOWN.renderer.renderInlineAsText(token.children or [], options, env).strip()
    said = escape(_("Image: %(name)s") % {"name": name or urlsplit(address).netloc or address})
    if within_link(tokens, at):
        return f'<span class="outside-image">{said}</span>'
    return f'<a class="outside-image" href="{escape(address)}">{said}</a>'


def within_link(tokens: Tokens, at: int) -> bool:
    return sum(token.nesting for token in tokens[:at] if token.type.startswith("link_")) > 0


def table_open(*_args: Any) -> str:
    return '<div class="table"><table>\n'


def table_close(*_args: Any) -> str:
    return "</table></div>\n"


def cell_open(tokens: Tokens, at: int, _options: Any, _env: MutableMapping[str, Any]) -> str:
    """A column's alignment as a class: the pages' CSP forbids style attributes."""
    token = tokens[at]
    side = str(token.attrs.get("style", "")).removeprefix("text-align:")
    return f'<{token.tag} class="{side}">' if side else f"<{token.tag}>"


def maths_inline(tokens: Tokens, at: int, *_rest: Any) -> str:
    return mathml(tokens[at].content.strip(), display=False)


def maths_display(tokens: Tokens, at: int, *_rest: Any) -> str:
    return mathml(tokens[at].content.strip(), display=True)


def maths_block(tokens: Tokens, at: int, *_rest: Any) -> str:
    return f'<div class="formula">{mathml(tokens[at].content.strip(), display=True)}</div>\n'


RULES: dict[str, Rule] = {
    "fence": fence,
    "code_block": fence,
    "link_open": link_open,
    "image": image,
    "table_open": table_open,
    "table_close": table_close,
    "th_open": cell_open,
    "td_open": cell_open,
    "math_inline": maths_inline,
    "math_inline_double": maths_display,
    "math_block": maths_block,
}
MARKDOWN.renderer.rules.update(RULES)
