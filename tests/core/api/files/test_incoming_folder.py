"""The folder of a process: its own while it lives, deleted by the next one when it has died."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from core.api.files import incoming_folder as module
from core.api.files.incoming_folder import incoming_folder, received_there

OTHER = """
import os, sys
import django
from django.conf import settings
settings.configure(MEDIA_ROOT=sys.argv[1])
from core.api.files.incoming_folder import incoming_folder
(incoming_folder() / "body").write_bytes(b"x")
print(incoming_folder(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(settings) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that receives a body, and its folder."""
    command = [sys.executable, "-c", OTHER, settings.MEDIA_ROOT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_the_folder_of_a_process_that_lives_stays(other):
    _, theirs = other
    mine = incoming_folder()
    assert (theirs / "body").exists()
    assert mine != theirs
    assert sorted(mine.parent.iterdir()) == sorted([mine, theirs])
    assert (mine.stat().st_mode & 0o777, mine.parent.stat().st_mode & 0o777) == (0o700, 0o700)


def test_the_folder_of_a_killed_process_is_deleted_at_the_next_start(other):
    process, theirs = other
    process.kill()
    process.wait()
    assert (theirs / "body").exists()
    mine = incoming_folder()
    assert list(mine.parent.iterdir()) == [mine]


def test_a_process_keeps_its_folder_and_makes_a_deleted_one_again():
    mine = incoming_folder()
    assert incoming_folder() == mine
    mine.rmdir()
    assert incoming_folder().exists()


def test_an_odd_file_beside_the_folders_disturbs_nobody(settings):
    parent = Path(settings.MEDIA_ROOT) / "incoming"
    parent.mkdir(parents=True)
    (parent / "note").touch()
    assert incoming_folder().exists()
    assert (parent / "note").exists()


def test_files_of_django_are_in_the_folder_too():
    before = tempfile.tempdir
    with received_there(), TemporaryUploadedFile("a.wav", "audio/wav", 3, None) as file:
        assert Path(file.temporary_file_path()).parent == incoming_folder()
    assert tempfile.tempdir == before


def test_a_disk_that_cannot_be_written_keeps_no_server_from_starting(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file")
    before = tempfile.tempdir
    with received_there():
        assert tempfile.tempdir == before


def test_the_lock_ends_with_the_process_not_with_a_request():
    mine = incoming_folder()
    module.delete_abandoned(mine)
    assert mine.exists()
    assert os.listdir(mine) == []
