"""Temporary files: deleted with their request, a full disk is an error of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.api.files.incoming_folder import incoming_folder
from core.api.files.temporary_files import TemporaryFile
from core.contract.errors import TooLarge, Unavailable


@pytest.fixture
def folder(settings) -> Path:
    return incoming_folder()


@pytest.fixture
def file(folder):
    created = TemporaryFile(100)
    yield created
    created.close()


def test_a_file_is_private_and_deleted_with_its_request(file, folder):
    assert [str(path) for path in folder.iterdir()] == [file.path]
    assert (folder.stat().st_mode & 0o777, Path(file.path).stat().st_mode & 0o777) == (0o700, 0o600)
    file.close()
    assert list(folder.iterdir()) == []


@pytest.mark.anyio
async def test_bytes_are_counted(file):
    file.write(b"a" * 40)
    file.write(b"b" * 60)
    await file.flush()
    assert content(file) == b"a" * 40 + b"b" * 60
    assert file.size == 100
    with pytest.raises(TooLarge):
        file.write(b"c")


def content(file: TemporaryFile) -> bytes:
    return Path(file.path).read_bytes()


def test_a_file_that_cannot_be_created_is_an_error(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file")
    with pytest.raises(Unavailable) as caught:
        TemporaryFile(100)
    assert caught.value.provider_code == "storage_full"


@pytest.mark.anyio
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
async def test_a_full_disk_is_an_error(file):
    file._file.close()
    file._file = open("/dev/full", "wb", buffering=0)  # noqa: ASYNC230, SIM115 - the fixture closes it
    file.write(b"abc")
    with pytest.raises(Unavailable) as caught:
        await file.flush()
    assert (caught.value.provider_code, caught.value.retry_after) == ("storage_full", 30)
