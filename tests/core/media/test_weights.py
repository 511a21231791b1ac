"""The table of weights, and the folder of those that are installed."""

from __future__ import annotations

import re

import pytest

from core.media import weights
from core.media.weights import WEIGHTS, WeightFile, Weights, Wheels, weights_folder

SMALL = Weights("small", (WeightFile("a", 3, "0" * 64), WeightFile("b", 1, "1" * 64)), "MIT", "", "", ())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of `SMALL`, which is in the table and not installed."""
    monkeypatch.setattr(weights, "WEIGHTS", {"small": SMALL})
    monkeypatch.setattr(weights.root, "folder", tmp_path)
    return tmp_path / "small"


def test_weights_are_installed_when_every_file_has_its_size(folder):
    assert weights_folder("small") is None
    folder.mkdir()
    (folder / "a").write_bytes(b"abc")
    assert weights_folder("small") is None
    (folder / "b").write_bytes(b"longer")
    assert weights_folder("small") is None
    (folder / "b").write_bytes(b"b")
    assert weights_folder("small") == folder


def test_nothing_is_installed_before_the_settings_are_read(folder, monkeypatch):
    monkeypatch.setattr(weights.root, "folder", None)
    assert weights_folder("small") is None


def test_an_unknown_id_raises(folder):
    with pytest.raises(KeyError):
        weights_folder("large")


@pytest.mark.parametrize("row", WEIGHTS.values(), ids=lambda row: row.id)
def test_every_row_is_whole(row):
    names = [file.name for file in row.files]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) and file.size > 0 for file in row.files)
    assert row.licence in ("MIT", "Apache-2.0")
    assert re.fullmatch(r"[a-z0-9.-]+", row.id)
    assert row.sources


@pytest.mark.parametrize("row", WEIGHTS.values(), ids=lambda row: row.id)
def test_wheels_carry_every_file(row):
    for source in row.sources:
        if isinstance(source, Wheels):
            assert sorted(source.members) == sorted(file.name for file in row.files)


def test_the_default_recogniser_has_the_size_that_is_told():
    assert WEIGHTS["whisper-base"].size == 147_882_941
