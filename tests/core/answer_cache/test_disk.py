"""The store on the disk: private files, bounded, swept."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from core.answer_cache import stores
from core.answer_cache.disk import DiskStore

pytestmark = pytest.mark.anyio

KEYS = [f"{number:064x}" for number in range(20)]


@pytest.fixture
def store(tmp_path):
    return DiskStore(tmp_path / "answers", most=1000, largest=300)


def names(store) -> list[str]:
    return sorted(os.listdir(store.folder))


def used(store) -> int:
    return sum(path.stat().st_size for path in store.folder.iterdir())


def expire(store, key: str) -> None:
    os.utime(store.folder / key, (1, 1))


async def test_an_entry_is_found_again(store):
    assert await store.get(KEYS[0]) is None
    await store.put(KEYS[0], b"one", 60)
    await store.put(KEYS[0], b"two", 60)
    assert (await store.get(KEYS[0]), await store.get(KEYS[1])) == (b"two", None)


async def test_files_are_their_owners_alone(store):
    await store.put(KEYS[0], b"one", 60)
    modes = [oct(path.stat().st_mode & 0o777) for path in (store.folder, store.folder / KEYS[0])]
    assert modes == ["0o700", "0o600"]


async def test_an_entry_expires(store):
    await store.put(KEYS[0], b"one", 60)
    assert abs((store.folder / KEYS[0]).stat().st_mtime - time.time() - 60) < 10
    expire(store, KEYS[0])
    assert await store.get(KEYS[0]) is None


async def test_an_entry_is_deleted(store):
    await store.put(KEYS[0], b"one", 60)
    await store.delete(KEYS[0])
    await store.delete(KEYS[1])
    assert (await store.get(KEYS[0]), names(store)) == (None, [])


async def test_an_entry_above_its_bound_is_not_kept(store):
    await store.put(KEYS[0], b"x" * 301, 60)
    assert await store.get(KEYS[0]) is None


async def test_the_oldest_go_where_there_is_no_room(store):
    for key in KEYS[:8]:
        await store.put(key, b"x" * 200, 60)
        await asyncio.sleep(0.01)  # files have to differ in age by what the file system can tell
    kept = names(store)
    assert used(store) <= 1000
    assert kept == KEYS[8 - len(kept) : 8]
    assert len(kept) >= 3


async def test_the_expired_go_first(store):
    for key in KEYS[:5]:
        await store.put(key, b"x" * 200, 60)
    expire(store, KEYS[4])
    await store.put(KEYS[5], b"x" * 200, 60)
    assert names(store) == [*KEYS[:4], KEYS[5]]


async def test_a_second_process_counts_what_is_there(store):
    for key in KEYS[:5]:
        await store.put(key, b"x" * 200, 60)
    other = DiskStore(store.folder, most=1000, largest=300)
    await other.put(KEYS[5], b"x" * 200, 60)
    assert used(store) <= 1000


async def test_a_sweep_deletes_what_has_expired_and_what_was_never_finished(store):
    for key in KEYS[:3]:
        await store.put(key, b"x", 60)
    expire(store, KEYS[1])
    (store.folder / "a.part").write_bytes(b"x")
    (store.folder / "README").write_bytes(b"foreign")
    assert store.sweep() == 1
    assert names(store) == sorted([KEYS[0], KEYS[2], "README", "a.part"])
    assert store.sweep() == 0


async def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "answers").write_bytes(b"a file")
    store = DiskStore(tmp_path / "answers", most=1000, largest=300)
    await store.put(KEYS[0], b"one", 60)
    assert (await store.get(KEYS[0]), store.sweep()) == (None, 0)


async def test_the_settings_choose_folder_and_bounds(settings, tmp_path):
    settings.REDIS_URL, settings.ANSWER_CACHE_MB = "", 8
    store = stores.new_store()
    assert (store.folder, store.most, store.largest) == (tmp_path / "var" / "answers", 8 * 2**20, 2**20)
    await store.put(KEYS[0], b"one", 60)
    expire(store, KEYS[0])
    assert stores.sweep() == 1
