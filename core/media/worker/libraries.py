"""Pillow and pypdfium2, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from core.media.installed import HINT
from core.media.worker.output import JobError


def pillow(part: str = "Image") -> Any:
    """A module of Pillow. Raises `JobError` with the install command."""
    return require(f"PIL.{part}", "Pillow")


def pdfium() -> Any:
    """pypdfium2. Raises `JobError` with the install command."""
    return require("pypdfium2", "pypdfium2")


def require(module: str, name: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise JobError("unavailable", f"{name} is not installed here: {HINT}") from None
