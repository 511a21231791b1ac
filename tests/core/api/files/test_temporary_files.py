"""The folder of incoming files: what is left behind goes, a full disk says so."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.api.files import temporary_files as folders
from core.api.files.temporary_files import FORGOTTEN, Incoming
from core.contract.errors import TooLarge, Unavailable


@pytest.fixture
def folder(settings) -> Path:
    return Path(settings.MEDIA_ROOT) / "incoming"


@pytest.fixture
def incoming(folder):
    made = Incoming(100)
    yield made
    made.close()


def test_a_file_is_ours_alone_and_goes_with_its_request(incoming, folder):
    assert [str(path) for path in folder.iterdir()] == [incoming.path]
    assert (folder.stat().st_mode & 0o777, Path(incoming.path).stat().st_mode & 0o777) == (0o700, 0o600)
    incoming.close()
    assert list(folder.iterdir()) == []


@pytest.mark.anyio
async def test_bytes_are_counted_and_their_beginning_kept(incoming):
    incoming.write(b"a" * 40)
    incoming.write(b"b" * 60)
    await incoming.flush(1)
    assert written(incoming) == b"a" * 40 + b"b" * 60
    assert (incoming.size, incoming.head) == (100, b"a" * 40 + b"b" * 24)
    with pytest.raises(TooLarge):
        incoming.write(b"c")


def written(incoming: Incoming) -> bytes:
    return Path(incoming.path).read_bytes()


def test_a_folder_that_was_deleted_is_made_again(incoming, folder):
    incoming.close()
    folder.rmdir()
    Incoming(100).close()
    assert list(folder.iterdir()) == []


def test_no_place_for_a_file_is_told(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file")
    with pytest.raises(Unavailable) as caught:
        Incoming(100)
    assert caught.value.provider_code == "storage_full"


def test_what_a_dead_process_left_goes_at_the_next_start(folder):
    folder.mkdir(parents=True)
    old, fresh = folder / "old", folder / "fresh"
    old.touch()
    fresh.touch()
    long_ago = time.time() - FORGOTTEN - 60
    os.utime(old, (long_ago, long_ago))
    assert folders.folder() == folder
    assert list(folder.iterdir()) == [fresh]


def test_what_a_dead_process_left_a_moment_ago_goes_later(folder, monkeypatch):
    monkeypatch.setattr(folders, "swept", {})
    left = folders.folder() / "left"
    left.touch()
    long_ago = time.time() - FORGOTTEN - 60
    os.utime(left, (long_ago, long_ago))
    assert list(folders.folder().iterdir()) == [left]
    folders.swept[folder] -= folders.SWEPT_EVERY
    assert list(folders.folder().iterdir()) == []


@pytest.mark.anyio
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
async def test_a_full_disk_is_told(incoming):
    incoming._file.close()
    incoming._file = open("/dev/full", "wb", buffering=0)  # noqa: ASYNC230, SIM115 - the fixture closes it
    incoming.write(b"abc")
    with pytest.raises(Unavailable) as caught:
        await incoming.flush(1)
    assert (caught.value.provider_code, caught.value.retry_after) == ("storage_full", 30)
