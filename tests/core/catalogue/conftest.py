"""A seeded catalogue, and ways to change it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.catalogue import snapshot
from core.catalogue.seed.files import FOLDER
from core.catalogue.seed.tables import seed_catalogue
from core.media import weights
from core.models import Provider
from tests.fakes.whisper_files import install_empty


@pytest.fixture(autouse=True)
def no_keys(settings) -> Iterator[None]:
    """No provider is live by accident of the machine, and no snapshot outlives its test."""
    settings.PROVIDER_ENVIRONMENT = {}
    snapshot.reset()
    yield
    snapshot.reset()


@pytest.fixture(autouse=True)
def models_folder(monkeypatch, tmp_path) -> Path:
    """Whisper base is installed and no other weights are, whatever this machine has."""
    folder = tmp_path / "models"
    install_empty(folder, "whisper-base")
    monkeypatch.setattr(weights.root, "folder", folder)
    return folder


@pytest.fixture
def catalogue(db) -> None:
    """The seed in the tables, for tests that change rows."""
    seed_catalogue()


loaded: list[snapshot.CatalogueSnapshot] = []


@pytest.fixture
def models(db, request, monkeypatch) -> snapshot.CatalogueSnapshot:
    """The seed as a snapshot, for tests that only read: written and loaded once.

    `db` is named here, or a run of nothing else would not be given a database of its own.
    """
    if not loaded:
        request.getfixturevalue("catalogue")
        loaded.append(snapshot.load())
    monkeypatch.setattr(snapshot, "_current", loaded[0])
    return loaded[0]


@pytest.fixture
def keys(settings) -> Callable[..., None]:
    """Put provider keys into the environment: `keys(OPENAI="sk-…")`."""

    def put(**found: str) -> None:
        settings.PROVIDER_ENVIRONMENT = {
            name: {"api_key": key, "base_url": ""} for name, key in found.items()
        }

    return put


@pytest.fixture
def openai_key(models, keys) -> None:
    keys(OPENAI="sk-direct")


@pytest.fixture
def two_keys(db, request, keys) -> None:
    """OpenAI directly, and the same models resold by OpenRouter."""
    if "catalogue" not in request.fixturenames:
        request.getfixturevalue("models")
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")


@pytest.fixture
def rehearsal(catalogue) -> None:
    Provider.objects.filter(slug="rehearsal").update(enabled=True)
    snapshot.reset()


class SeedFolder:
    """A copy of the seed that a later version of the program might ship."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, provider: str, edit: Callable[[dict[str, Any]], object]) -> None:
        """Apply `edit` to the document of `provider`."""
        file = self.path / f"{provider}.json"
        document = json.loads(file.read_text("utf-8"))
        edit(document)
        file.write_text(json.dumps(document), "utf-8")

    def change_model(self, provider: str, slug: str, edit: Callable[[dict[str, Any]], object]) -> None:
        def find(document: dict[str, Any]) -> None:
            edit(next(entry for entry in document["models"] if entry["slug"] == slug))

        self.change(provider, find)


@pytest.fixture
def folder(tmp_path: Path) -> SeedFolder:
    return SeedFolder(Path(shutil.copytree(FOLDER, tmp_path / "seed")))
