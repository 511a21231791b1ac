"""The numbered log: order, pace of each reader, bounds."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from playground.runs import log as logs
from playground.runs.log import Log

pytestmark = pytest.mark.anyio


class Disk:
    """All audio of a run."""

    def __init__(self) -> None:
        self.data = b""
        self.recalls = 0

    def recall(self, offset: int, size: int) -> bytes:
        self.recalls += 1
        return self.data[offset : offset + size]


def filled(count: int, disk: Disk | None = None) -> Log:
    """Alternately text and audio."""
    disk = disk or Disk()
    log = Log(disk.recall)
    for number in range(1, count + 1):
        if number % 2:
            log.append({"type": "note", "at": number})
        else:
            sound = bytes([number % 256]) * 100
            disk.data += sound
            log.append(sound)
    return log


async def everything(log: Log, after: int = 0) -> list[logs.Numbered]:
    heard: list[logs.Numbered] = []
    async with aclosing(log.read(after)) as batches:
        async for batch in batches:
            heard += batch
    return heard


@pytest.mark.parametrize("after", [0, 1, 2, 7, 600, 601, 5000])
async def test_a_reader_gets_everything_after_its_number(after):
    log = filled(601)
    log.close()
    heard = await everything(log, after)
    assert [number for number, _ in heard] == list(range(after + 1, 602))
    whole = await everything(log)
    assert heard == whole[after:]


async def test_readers_join_and_lag_as_they_like():
    log = filled(10)
    quick = asyncio.create_task(everything(log))
    await asyncio.sleep(0)
    for number in range(11, 301):
        log.append({"type": "note", "at": number})
        if number == 100:
            late = asyncio.create_task(everything(log, 50))
        if number % 7 == 0:
            await asyncio.sleep(0)
    log.close()
    assert [number for number, _ in await quick] == list(range(1, 301))
    assert [number for number, _ in await late] == list(range(51, 301))


async def test_memory_holds_recent_audio_only(monkeypatch):
    monkeypatch.setattr(logs, "RECENT_AUDIO", 250)
    disk = Disk()
    log = filled(20, disk)
    held = sum(len(body) for body in log._bodies if isinstance(body, bytes))
    assert held == 200
    before = disk.data
    log.close()
    assert not any(isinstance(body, bytes) for body in log._bodies)
    heard = await everything(log)
    assert b"".join(body for _, body in heard if isinstance(body, bytes)) == before
    assert [number for number, _ in heard] == list(range(1, 21))


async def test_a_log_is_full_after_so_many_events_or_so_much_text(monkeypatch):
    monkeypatch.setattr(logs, "MAX_EVENTS", 10)
    assert (filled(9).full, filled(10).full) == (False, True)
    monkeypatch.setattr(logs, "MAX_EVENTS", 1000)
    monkeypatch.setattr(logs, "MAX_TEXT", 100)
    assert (filled(4).full, filled(10).full) == (False, True)


async def test_text_alone_is_kept_and_counted_by_its_bytes(monkeypatch):
    monkeypatch.setattr(logs, "MAX_TEXT", 2 * logs.TEXT_FRAME + 3 + 3 * 3)
    log, copied = Log(Disk().recall), []
    log.copy = lambda number, body: copied.append((number, body))
    log.append("abc")
    assert not log.full
    log.append("\u65e5\u672c\u8a9e")
    assert log.full
    log.close()
    assert await everything(log) == log.texts() == copied == [(1, "abc"), (2, "\u65e5\u672c\u8a9e")]


def block(index: int, html: str, state: str = "open") -> dict:
    return {"type": "html.block", "index": index, "state": state, "html": html}


async def test_a_block_of_html_takes_the_place_of_its_earlier_states():
    log = Log(Disk().recall)
    for length in range(1, 2001):
        log.append({"type": "text.delta", "text": "x"})
        log.append(block(0, "x" * length))
    log.append(block(0, "done", "closed"))
    log.append(block(1, "next"))
    log.close()
    heard = await everything(log)
    assert [number for number, _ in heard] == [*range(1, 4001, 2), 4001, 4002]
    assert [body for _, body in heard[-2:]] == [block(0, "done", "closed"), block(1, "next")]
    assert [number for number, _ in await everything(log, 3990)] == [3991, 3993, 3995, 3997, 3999, 4001, 4002]
    assert (log.full, log.last) == (False, 4002)


async def test_a_late_reader_gets_the_first_event(tmp_path):
    log = filled(4)
    assert (log.opening(0), log.opening(3)) == ([], [(1, {"type": "note", "at": 1})])
    assert Log(Disk().recall).opening(3) == []
