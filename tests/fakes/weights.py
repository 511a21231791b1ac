"""Small weights in a table of their own, and a server that has them."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from core.media import weights as table
from core.media.weights import Repository, WeightFile, Weights
from tests.fakes.weights_server import weights_server

CONTENT = {"model.bin": random.Random(1).randbytes(300_000), "config.json": b'{"a": 1}\n'}
PREFIX = "/somebody/tiny/resolve/0123abc"


def row(name: str = "tiny", *sources: object) -> Weights:
    files = tuple(WeightFile(file, len(data), sha256(data).hexdigest()) for file, data in CONTENT.items())
    return Weights(
        name, files, "MIT", "Tiny", "zipfile", sources or (Repository("somebody/tiny", "0123abc"),)
    )


@pytest.fixture
def weights_table(monkeypatch):
    """The table, with `tiny` in it."""
    rows = {"tiny": row()}
    monkeypatch.setattr(table, "WEIGHTS", rows)
    return rows


@pytest.fixture
def models_root(tmp_path, monkeypatch):
    """`MODELS_ROOT`."""
    monkeypatch.setattr(table.root, "folder", tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture
def publisher(weights_table, models_root, settings):
    """The server of the only source of `tiny`."""
    with weights_server() as server:
        settings.HF_ENDPOINT, settings.MODELS_SOURCE = server.url, ""
        server.files = {f"{PREFIX}/{name}": data for name, data in CONTENT.items()}
        yield server
