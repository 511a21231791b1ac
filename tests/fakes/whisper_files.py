"""Weights that have the right names and sizes, and nothing in them."""

from __future__ import annotations

from pathlib import Path

from core.media.weights import WEIGHTS


def install_empty(root: Path, name: str) -> Path:
    """A folder that counts as installed; its files take no room on the disk."""
    folder = root / name
    folder.mkdir(parents=True)
    for file in WEIGHTS[name].files:
        with (folder / file.name).open("wb") as written:
            written.truncate(file.size)
    return folder
