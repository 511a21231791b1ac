"""Running answers are saved at intervals, together, and never over settled ones."""

from __future__ import annotations

import asyncio

import pytest

from core.models.offload import offload
from playground.conversations import store
from playground.conversations.turn import Turn
from playground.models import Conversation, Message
from playground.runs import autosave

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

DETAILS = {"reasoning": "\u65e5\u672c", "images": []}


class Answer:
    """An answer to which a test adds words."""

    def __init__(self, turn: Turn | None) -> None:
        self.turn = turn
        self.unsaved = False
        self.words: list[str] = []
        self.asked = 0

    def grow(self, word: str) -> None:
        self.words.append(word)
        self.unsaved = True

    def answer(self) -> tuple[str, dict[str, object]]:
        self.asked += 1
        return " ".join(self.words), DETAILS


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(autosave, "INTERVAL", 0.02)
    return autosave.AutoSaver()


def turn(person, state: str = "running") -> Turn:
    conversation = Conversation.objects.create(user=person, model="m")
    row = Message.objects.create(conversation=conversation, role="assistant", state=state)
    return Turn(conversation, True, (), row)


async def kept(turn: Turn) -> tuple[str, dict[str, object]]:
    row = await Message.objects.aget(id=turn.answer.id)
    return row.text, row.answer


async def until(saver: autosave.AutoSaver, asked: int, *answers: Answer) -> None:
    """Wait until the text of each answer was read that often, and is saved."""
    async with asyncio.timeout(10):
        while any(answer.asked < asked for answer in answers):  # noqa: ASYNC110 - the saver itself tells nobody
            await asyncio.sleep(0.01)
        if saver.saving is not None:
            await saver.saving


async def test_every_answer_is_saved_as_it_grows(often, alice, bob):
    one, other = Answer(await offload(turn, alice)), Answer(await offload(turn, bob))
    for answer in (one, other):
        often.add(answer)
    one.grow("One")
    other.grow("\u0434\u0432\u0430 % ' %s")
    await until(often, 1, one, other)
    one.grow("more")
    await until(often, 2, one)
    assert (await kept(one.turn), await kept(other.turn)) == (
        ("One more", DETAILS),
        ("\u0434\u0432\u0430 % ' %s", DETAILS),
    )
    assert other.asked == 1
    for answer in (one, other):
        often.discard(answer)


async def test_an_answer_that_was_settled_stays_as_it_is(alice):
    running, done = await offload(turn, alice), await offload(turn, alice, "stopped")
    await offload(store.save_progress, [(done, "late", DETAILS), (running, "so far", DETAILS)])
    assert (await kept(done), await kept(running)) == (("", {}), ("so far", DETAILS))


async def test_an_answer_that_cannot_be_stored_does_not_affect_the_others(alice):
    odd, good = await offload(turn, alice), await offload(turn, alice)
    await offload(
        store.save_progress, [(odd, "odd", {"reasoning": float("nan")}), (good, "a\0b", {"reasoning": "\0"})]
    )
    assert (await kept(odd), await kept(good)) == (("", {}), ("a\ufffdb", {"reasoning": "\ufffd"}))


async def test_an_answer_without_a_conversation_or_news_costs_nothing(often, alice):
    idle, loose, busy = Answer(await offload(turn, alice)), Answer(None), Answer(await offload(turn, alice))
    for answer in (idle, loose, busy):
        often.add(answer)
    loose.grow("unheard")
    busy.grow("heard")
    await until(often, 1, busy)
    assert (idle.asked, loose.asked) == (0, 0)
    for answer in (idle, loose, busy):
        often.discard(answer)


async def test_nothing_is_left_behind_once_all_have_left(often, alice):
    answer = Answer(await offload(turn, alice))
    often.add(answer)
    answer.grow("gone")
    often.discard(answer)
    await asyncio.sleep(0.1)
    assert (answer.asked, often.saving, await kept(answer.turn)) == (0, None, ("", {}))
