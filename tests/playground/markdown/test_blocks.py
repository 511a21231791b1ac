"""Blocks rendered while a text streams are the blocks of the whole, however it is sliced."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.markdown import BlockRenderer, render
from playground.markdown.parser import MARKDOWN
from playground.markdown.safety import clean

LINES = st.sampled_from(
    """
    |# Heading|## Two|Setext|===|---|- item|  - nested|* star|1. one|2) two|   continued|    indented|> quote
    |> > deeper|>|```|```python|~~~|    ```|- ```|$$|\\[|\\]|x^2 $$|$$ y $$|a $z$ b|| a | b ||||-|-|
    ||| 1 | 2 ||
    |[ref]|[name][ref]|[ref]: https://example.org|[ref]:|https://example.org "title|title"|[other]: <x>
    |**bold|text** and *more*|`code|end`|https://example.org/a?b=c|***|\\\\|&amp;|<b>|!|![alt](https://e.org/i.png)
    |- [ ] task|-|#|plain words|\ttab|\\|-
    """.replace("\n", "")
    .strip("| ")
    .split("|")
)
MARKS = st.text(alphabet="a \n\r\t-=*_#>`~|[]()!:$\\<&1.", max_size=60)
DOCUMENTS = st.lists(st.one_of(LINES, st.just("")), max_size=14).map("\n".join)


def rendered_in_slices(slices: list[str]) -> str:
    """What a reader has on the page in the end: events put in place by their index."""
    blocks, page, closed = BlockRenderer(), {}, set()
    for events in [*map(blocks.feed, slices), blocks.close()]:
        for body in events:
            assert body["type"] == "html.block"
            page[body["index"]] = body["html"]
            closed.discard(body["index"])
            if body["state"] == "closed":
                closed.add(body["index"])
    assert closed == set(page)
    assert list(page) == sorted(page)
    return "".join(page.values())


def slices_of(text: str, at: list[int]) -> list[str]:
    marks = [0, *sorted(mark % (len(text) + 1) for mark in at), len(text)]
    return [text[begin:end] for begin, end in pairwise(marks)]


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.lists(st.integers(0, 10_000), max_size=8))
def test_slices_render_the_whole(text, at):
    assert rendered_in_slices(slices_of(text, at)) == render(text)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_single_characters_render_the_whole(text):
    assert rendered_in_slices(list(text)) == render(text)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="a \n\r\t-=*_#>`~|[]()!:$\\<&1.", max_size=60), st.lists(st.integers(0, 100), max_size=5)
)
def test_markup_of_any_kind_renders_the_whole(text, at):
    assert rendered_in_slices(slices_of(text, at)) == render(text)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_blocks_are_those_of_the_whole_document(text):
    whole = clean(MARKDOWN.render(text, {"unfinished": False}))
    assert without_whitespace(render(text)) == without_whitespace(whole)


def without_whitespace(html: str) -> str:
    return "".join(html.split())


def events(*slices: str) -> list[tuple[int, str, str]]:
    blocks = BlockRenderer()
    found = [blocks.feed(piece) for piece in slices]
    return [
        (body["index"], body["state"], body["html"]) for batch in [*found, blocks.close()] for body in batch
    ]


def test_a_finished_block_has_one_event():
    assert events("One\n", "\nTwo") == [
        (0, "open", "<p>One</p>"),
        (0, "closed", "<p>One</p>"),
        (1, "open", "<p>Two</p>"),
        (1, "closed", "<p>Two</p>"),
    ]


def test_a_heading_is_not_taken_for_one_before_its_line_ends():
    assert events("para\n#", "hashtag\n")[-1] == (0, "closed", "<p>para\n#hashtag</p>")


def test_a_list_does_not_flash_as_a_heading():
    assert [html for _, _, html in events("Here:\n", "-", " a")][:2] == ["<p>Here:</p>", "<p>Here:</p>"]


def test_a_target_defined_later_completes_its_link():
    found = events("See [it].\n\nMore.\n\n", "[it]: https://example.org\n")
    assert found[-1][:2] == (0, "closed")
    assert found[-1][2].startswith('<p>See <a href="https://example.org"')
    assert [html for index, _, html in found if index == 1] == ["<p>More.</p>"] * 1


def test_a_link_definition_is_removed():
    assert events("[it]: https://exam", "ple.org")[-1] == (0, "closed", "")


def test_an_open_block_is_rendered_again_only_when_it_has_grown():
    blocks = BlockRenderer()
    blocks.feed("word " * 400)
    assert blocks.feed("a few more") == []
    assert len(blocks.feed("words " * 10)) == 1


def test_code_is_not_highlighted_until_it_ends():
    found = events("```python\nreturn 1\n", "```\n")
    assert found == [
        (0, "open", '<pre class="code" data-language="python" tabindex="0"><code>return 1</code></pre>'),
        (
            0,
            "closed",
            '<pre class="code" data-language="python" tabindex="0"><code><span class="k">return</span>'
            ' <span class="mi">1</span></code></pre>',
        ),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_may_end_in_any_way(end):
    text = f"# A{end}{end}- b{end}- c{end}"
    assert rendered_in_slices(list(text)) == render("# A\n\n- b\n- c\n")


@pytest.mark.parametrize(
    ("text", "piece", "pieces"),
    [
        ("word " * 30_000, "<p>", 4),
        ("- item\n" * 2_000, "<ul>", 5),
        ("| a | b |\n|-|-|\n" + "| x | y |\n" * 900, "<thead>", 5),
        ("```python\n" + "x = 1\n" * 6_000, '<pre class="code"', 4),
        ("> quote\n" * 2_000, "<blockquote>", 5),
        ("[a]: https://example.org\n" * 900 + "end", "<p>", 1),
    ],
)
def test_an_oversized_block_is_split_the_same_way_however_it_arrives(text, piece, pieces):
    step = 1_973
    slices = [text[at : at + step] for at in range(0, len(text), step)]
    whole = render(text)
    assert rendered_in_slices(slices) == whole
    assert whole.count(piece) == pieces


def test_a_split_table_keeps_its_head():
    html = render("| left |\n|-|\n" + "| x |\n" * 2_000)
    tables = html.split('<div class="table">')[1:]
    assert len(tables) > 1
    assert all("<th>left</th>" in table for table in tables)
    assert html.count("<td>x</td>") == 2_000


def test_split_code_keeps_its_language():
    lines = [f"line {number}" for number in range(10_000)]
    html = render("```brainfuck\n" + "\n".join(lines) + "\n```\n")
    parts = html.split('<pre class="code" data-language="brainfuck" tabindex="0"><code>')[1:]
    assert len(parts) > 1
    assert "\n".join(part.removesuffix("</code></pre>") for part in parts).split("\n") == lines


def test_task_items_have_a_box_instead_of_a_bullet():
    html = render("- [ ] open\n- [x] done\n- plain\n")
    assert html.splitlines()[1:4] == [
        '<li class="task">☐ open</li>',
        '<li class="task">☑ done</li>',
        "<li>plain</li>",
    ]
