"""A fake of Mistral over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.mistral import answering
from tests.fakes.provider import Provider


@pytest.fixture
def vendor(tmp_path) -> Iterator[Provider]:
    scenario = answering()
    bills = tmp_path / "bills.jsonl"
    bills.touch()
    with Provider(lambda name: scenario, bills) as running:
        yield running
