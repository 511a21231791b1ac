"""Fixtures that any test may use: a provider over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.provider import Provider
from tests.fakes.scenarios import named


@pytest.fixture
def provider(tmp_path) -> Iterator[Provider]:
    with Provider(named, tmp_path / "bills.jsonl") as running:
        running.bill_file.touch()
        yield running


@pytest.fixture
def other_provider(tmp_path) -> Iterator[Provider]:
    """A second provider, to fall back to."""
    with Provider(named, tmp_path / "other-bills.jsonl") as running:
        running.bill_file.touch()
        yield running
