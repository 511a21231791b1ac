"""An answer rendered while it is streamed: in order, complete, without blocking the event loop."""

from __future__ import annotations

import asyncio

import pytest

from playground.markdown import render
from playground.runs import answer_html
from playground.runs.answer_html import AnswerHtml

pytestmark = pytest.mark.anyio

TABLE = "|a|b|\n|-|-|\n" + "|one|**two**|\n" * 2000


def shown(told: list) -> str:
    """What a page has once it has put every block in its place."""
    blocks = {body["index"]: body["html"] for body in told}
    return "".join(blocks[index] for index in sorted(blocks))


@pytest.mark.parametrize("size", [7, 3_000, len(TABLE)])
async def test_blocks_in_pieces_are_the_blocks_of_the_whole(size):
    text, told = f"Before\n\n{TABLE[:20_000]}\n\nBehind", []
    prose = AnswerHtml(told.append)
    for at in range(0, len(text), size):
        prose.feed(text[at : at + size])
        await asyncio.sleep(0)
    await prose.close()
    assert shown(told) == render(text)


async def test_the_loop_goes_on_while_a_long_answer_is_rendered():
    turns, told = 0, []

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    prose = AnswerHtml(told.append)
    prose.feed(TABLE)
    meanwhile = asyncio.create_task(others())
    await prose.close()
    meanwhile.cancel()
    assert turns > 10
    assert shown(told) == render(TABLE)


@pytest.mark.parametrize("pieces", [["abcdefghij", "kl", "m"], ["abcdefgh", "ij", "k"], ["abcdefghijk"]])
async def test_of_a_very_long_text_the_beginning_is_rendered(monkeypatch, pieces):
    monkeypatch.setattr(answer_html, "MOST", 10)
    told: list = []
    prose = AnswerHtml(told.append)
    for piece in pieces:
        prose.feed(piece)
    await prose.close()
    assert shown(told) == render("abcdefghij\n\n…")
