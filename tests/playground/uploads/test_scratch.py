"""The folder of files that belong to runs in progress."""

from __future__ import annotations

import os
import time

from playground.uploads import scratch


def test_files_of_yesterday_are_swept():
    folder = scratch.scratch_folder()
    folder.mkdir(parents=True)
    for name, age in (("old", 25 * 3600), ("new", 3600)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert scratch.delete_abandoned() == 1
    assert [path.name for path in folder.iterdir()] == ["new"]
