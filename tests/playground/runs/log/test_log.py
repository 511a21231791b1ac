"""The numbered log: order, pace of each reader, bounds."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from playground.runs.log import Log, Numbered
from playground.runs.log import log as logs
from playground.uploads import scratch

pytestmark = pytest.mark.anyio


class Disk:
    """All audio of a run; what is not flushed cannot be read."""

    def __init__(self) -> None:
        self.data = b""
        self.flushed = 0

    def flush(self) -> None:
        self.flushed = len(self.data)

    def read(self, offset: int, size: int) -> bytes:
        return self.data[: self.flushed][offset : offset + size]


@pytest.fixture
def little(monkeypatch):
    """A log holds 2,000 bytes."""
    monkeypatch.setattr(logs, "RECENT", 2000)
    monkeypatch.setattr(logs, "LEAST_RECENT", 100)
    monkeypatch.setattr(logs, "PAGE_BYTES", 500)


def recent_bytes(log: Log) -> int:
    return sum(len(str(body)) if isinstance(body, dict) else len(body) for body in log._bodies)  # type: ignore[arg-type]


def filled(count: int, disk: Disk | None = None) -> Log:
    """Alternately text and audio."""
    disk = disk or Disk()
    log = Log(disk)
    for number in range(1, count + 1):
        if number % 2:
            log.append({"type": "note", "at": number})
        else:
            sound = bytes([number % 256]) * 100
            disk.data += sound
            log.append(sound)
    return log


async def everything(log: Log, after: int = 0) -> list[Numbered]:
    heard: list[Numbered] = []
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


@pytest.mark.parametrize("after", [0, 1, 150, 399, 900])
async def test_older_events_are_read_from_disk(little, after):
    disk = Disk()
    log = filled(900, disk)
    assert recent_bytes(log) < 2000
    log.append("")
    log.close()
    assert recent_bytes(log) <= 100
    heard = await everything(log, after)
    whole = [*everything_of(900), (901, "")]
    assert heard == whole[after:]
    assert [pair for batch in log.texts() for pair in batch] == whole[::2]
    assert log.opening(5) == whole[:1]


def everything_of(count: int) -> list[Numbered]:
    """What `filled` appends."""
    audio = {number: bytes([number % 256]) * 100 for number in range(2, count + 1, 2)}
    return [(number, audio.get(number, {"type": "note", "at": number})) for number in range(1, count + 1)]


async def test_readers_follow_a_log_that_moves_to_disk(little):
    log = Log(disk := Disk())
    readers = [asyncio.create_task(everything(log, after)) for after in (0, 3, 700)]
    for number in range(1, 901):
        if number % 3:
            log.append(f"word {number}")
        else:
            disk.data += bytes(30)
            log.append(bytes(30))
        if number % 50 == 0:
            await asyncio.sleep(0)
            readers.append(asyncio.create_task(everything(log, number - 20)))
    log.close()
    whole = [(number, f"word {number}" if number % 3 else bytes(30)) for number in range(1, 901)]
    assert [await reader for reader in readers[:3]] == [whole, whole[3:], whole[700:]]
    assert [await reader for reader in readers[3:]] == [whole[after:] for after in range(30, 900, 50)]


async def test_many_logs_hold_no_more_than_all_may(little, monkeypatch):
    monkeypatch.setattr(logs, "RECENT_IN_ALL", 4000)
    opened = [Log(Disk()) for _ in range(8)]
    for log in opened:
        for _ in range(1000):
            log.append("word")
    assert sum(recent_bytes(log) for log in opened) < 4000
    for log in opened:
        log.close()
    assert not set(opened) & set(logs.open_logs)


async def test_a_closed_log_leaves_no_file_that_has_a_name(little):
    log = filled(900)
    log.close()
    assert log.long
    assert [*scratch.scratch_folder().iterdir()] == []


async def test_a_disk_that_refuses_ends_the_run_and_loses_no_event(little, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    log = Log(Disk())
    for number in range(1, 101):
        log.append({**block(0, "x" * number), "index": 0} if number == 50 else f"word {number}")
    assert log.refusal.message == "The server could not store the file."
    log.close()
    assert await everything(log) == [
        (number, block(0, "x" * 50) if number == 50 else f"word {number}") for number in range(1, 101)
    ]


async def test_a_log_is_full_after_so_many_events_or_so_much_text(monkeypatch):
    monkeypatch.setattr(logs, "MAX_EVENTS", 10)
    assert [filled(count).refusal is None for count in (9, 10)] == [True, False]
    monkeypatch.setattr(logs, "MAX_EVENTS", 1000)
    monkeypatch.setattr(logs, "MAX_TEXT", 100)
    assert [filled(count).refusal is None for count in (4, 10)] == [True, False]


async def test_text_alone_is_kept_and_counted_by_its_bytes(monkeypatch):
    monkeypatch.setattr(logs, "MAX_TEXT", 2 * logs.TEXT_FRAME + 3 + 3 * 3)
    log, copied = Log(Disk()), []
    log.copy = lambda number, body: copied.append((number, body))
    log.append("abc")
    assert log.refusal is None
    log.append("\u65e5\u672c\u8a9e")
    assert log.refusal is not None
    log.close()
    [texts] = log.texts()
    assert await everything(log) == texts == copied == [(1, "abc"), (2, "\u65e5\u672c\u8a9e")]


def block(index: int, html: str, state: str = "open") -> dict:
    return {"type": "html.block", "index": index, "state": state, "html": html}


@pytest.mark.parametrize("bytes_held", [logs.RECENT, 3000])
async def test_a_block_of_html_takes_the_place_of_its_earlier_states(monkeypatch, bytes_held):
    monkeypatch.setattr(logs, "RECENT", bytes_held)
    monkeypatch.setattr(logs, "LEAST_RECENT", 100)
    log = Log(Disk())
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
    assert (log.refusal, log.last) == (None, 4002)


async def test_a_closed_block_may_be_replaced_on_disk(little):
    log = Log(Disk())
    log.append(block(0, "[a]", "closed"))
    for _ in range(100):
        log.append("word")
    log.append(block(0, "<a>", "closed"))
    log.close()
    assert [number for number, _ in await everything(log)] == [*range(2, 103)]
    assert [pair for batch in log.texts() for pair in batch] == await everything(log)


async def test_a_late_reader_gets_the_first_event(tmp_path):
    log = filled(4)
    assert (log.opening(0), log.opening(3)) == ([], [(1, {"type": "note", "at": 1})])
    assert Log(Disk()).opening(3) == []
