"""Every sentence people see exists in every language, whole and compiled; needs no gettext programs."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import polib
import pytest
from django.conf import settings
from django.template import Engine
from django.template.base import Node, TextNode, Variable
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.html import escapejs
from django.utils.translation import gettext, override, pgettext, to_locale

from core.locale.compile import seed_texts

ROOT = Path(settings.BASE_DIR)
LANGUAGES = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt"})
SCRIPTS = [path for path in PAGES if path.name.endswith("messages.html")]
MODULES = sorted(path for folder in ("core", "playground") for path in (ROOT / folder).rglob("*.py"))
GETTEXT = {
    "gettext": (False, 1),
    "gettext_lazy": (False, 1),
    "gettext_noop": (False, 1),
    "ngettext": (False, 2),
    "ngettext_lazy": (False, 2),
    "pgettext": (True, 1),
    "pgettext_lazy": (True, 1),
    "npgettext": (True, 2),
    "npgettext_lazy": (True, 2),
}
"""Whether the first argument is a context, and how many texts follow."""

NAMES = {
    "Polyphony",
    "API",
    "CSV",
    "JSON",
    "TXT",
    "SRT",
    "VTT",
    "Top P",
    '{"type": "object", "properties": {}}',
    "openapi.json",
    "Ctrl ↵",
    "Ctrl K",
    "⌘ K",
    "Esc",
    "J",
    "K",
    "L",
}
"""The same in every language."""

SPOKEN_ATTRIBUTES = {"placeholder", "title", "alt", "aria-label", "aria-description", "label"}
Message = tuple[str | None, str, str | None]
"""Context, text, plural: what gettext knows a sentence by."""


def written(language: str, name: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "core" / "locale" / language / "LC_MESSAGES" / f"{name}.po"))


def catalogue(language: str) -> list[polib.POEntry]:
    """Every sentence: those of code and templates, then those of the seed."""
    return [*written(language, "django"), *written(language, "seed")]


def compiled(language: str) -> polib.MOFile:
    return polib.mofile(str(ROOT / "core" / "locale" / language / "LC_MESSAGES" / "django.mo"))


def told(entries: Iterable[polib.POEntry | polib.MOEntry]) -> dict[Message, object]:
    return {
        (entry.msgctxt, entry.msgid, entry.msgid_plural or None): entry.msgstr_plural or entry.msgstr
        for entry in entries
        if entry.msgstr or any(entry.msgstr_plural.values())
    }


def messages_of_module(path: Path) -> Iterator[Message]:
    """Literal texts handed to gettext, whatever name it was imported under."""
    tree = ast.parse(path.read_text())
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in GETTEXT
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            in_context, count = GETTEXT[names[node.func.id]]
            texts = [part.value for part in node.args[: in_context + count] if isinstance(part, ast.Constant)]
            if len(texts) == in_context + count:
                context = texts.pop(0) if in_context else None
                yield context, texts[0], texts[1] if count == 2 else None


def nodes(path: Path) -> Iterator[Node]:
    """Every node of a template, in the order of the file, but names of classes."""

    def walk(node: Node) -> Iterator[Node]:
        if isinstance(node, BlockNode) and node.name == "main_class":
            return
        yield node
        for name in node.child_nodelists:
            for child in getattr(node, name, None) or ():
                yield from walk(child)

    for node in Engine.get_default().get_template(str(path.relative_to(ROOT / "templates"))).nodelist:
        yield from walk(node)


def messages_of_template(path: Path) -> Iterator[Message]:
    for node in nodes(path):
        if isinstance(node, TranslateNode) and isinstance(node.filter_expression.var, Variable):
            text = node.filter_expression.var.literal
            if isinstance(text, str):
                yield context(node), text.replace("%", "%%"), None
        elif isinstance(node, BlockTranslateNode):
            plural = node.render_token_list(node.plural)[0] if node.plural else None
            yield context(node), node.render_token_list(node.singular)[0], plural


def context(node: TranslateNode | BlockTranslateNode) -> str | None:
    return str(node.message_context.var) if node.message_context else None


def source() -> set[Message]:
    found = {message for path in MODULES for message in messages_of_module(path)}
    found |= {message for path in PAGES for message in messages_of_template(path)}
    return found | {(None, text, None) for text in seed_texts()}


def placeholders(text: str) -> list[str]:
    fields = (name for _text, name, _spec, _conversion in Formatter().parse(text) if name)
    return sorted([*fields, *re.findall(r"%(?:\(\w+\))?[a-z%]", text)])


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"<[^>]+>", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_known(language):
    """After a change of texts: `make messages`, then translate what is empty."""
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural or None) for entry in catalogue(language)}
    assert source() ^ known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_twice(language):
    """Of two the last one counts, and the first one misleads whoever corrects it."""
    entries = Counter((entry.msgctxt, entry.msgid) for entry in written(language, "django"))
    assert [entry for entry, count in entries.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language):
    plurals = int(re.findall(r"nplurals=(\d)", written(language, "django").metadata["Plural-Forms"])[0])
    wanting = [
        entry.msgid
        for entry in catalogue(language)
        if not (entry.msgstr or entry.msgid_plural)
        or (entry.msgid_plural and [bool(form) for form in entry.msgstr_plural.values()] != [True] * plurals)
    ]
    doubtful = [entry.msgid for entry in catalogue(language) if entry.fuzzy or entry.obsolete]
    assert (wanting, doubtful) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_keeps_places_and_tags(language):
    wrong = []
    for entry in catalogue(language):
        source_text = entry.msgid_plural or entry.msgid
        for text in [*entry.msgstr_plural.values()] or [entry.msgstr]:
            if placeholders(text) != placeholders(source_text) or tags(text) != tags(source_text):
                wrong.append((entry.msgid, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_file_has_the_same_sentences(language):
    assert told(compiled(language)) == told(catalogue(language))


@pytest.mark.parametrize("name", ["django", "seed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_no_dates_names_or_line_numbers(language, name):
    entries = written(language, name)
    assert set(entries.metadata) == {
        "Project-Id-Version",
        "Language",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Plural-Forms",
    }
    places = [place for entry in entries for place in entry.occurrences]
    assert [place for place in places if place[1] or not (ROOT / place[0]).is_file()] == []


@pytest.mark.parametrize(("language", "one", "few", "many"), [("ru", "голос", "голоса", "голосов")])
def test_plurals_follow_the_number(language, one, few, many):
    entry = written(language, "django").find("%(count)d voice")
    assert [entry.msgstr_plural[form].split()[-1] for form in range(3)] == [one, few, many]


@pytest.mark.parametrize("code", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_messages_for_scripts_survive_json(path, code):
    with override(code):
        page = render_to_string(str(path.relative_to(ROOT / "templates")))
        wanted = [
            pgettext(about, text) if about else gettext(text)
            for about, text, _plural in messages_of_template(path)
        ]
    shown = json.loads(re.sub(r"</?script[^>]*>", "", page))
    assert sorted(shown.values()) == sorted(text.replace("%%", "%") for text in wanted)


def test_any_sentence_survives_json():
    """What translators may write: quotes of every kind, a backslash, a tag, an astral letter."""
    sentence = 'It\'s "so" \\ <b>«так»</b> & “这样”\n👩\u2028'
    assert json.loads(f'"{escapejs(sentence)}"') == sentence
    assert "<" not in escapejs(sentence)


class Words(HTMLParser):
    """Collects what a reader or a screen reader would get of a page's own text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in {"script", "style", "code"}
        spoken = [
            value for name, value in attrs if name in SPOKEN_ATTRIBUTES and (tag, name) != ("meta", "content")
        ]
        self.found.extend(value for value in spoken if value)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style", "code"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.extend(data.split("\n"))


def untranslated(path: Path) -> list[str]:
    parser = Words()
    parser.feed("".join(node.s if isinstance(node, TextNode) else " " for node in nodes(path)))
    stripped = (text.strip(" \n\t·:,.…–/+()") for text in parser.found)
    return [text for text in stripped if re.search(r"[^\W\d_]", text) and text not in NAMES]


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_template_has_no_words_of_its_own(path):
    assert untranslated(path) == []
