"""A fake of OpenRouter over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.fakes.openrouter import answering
from tests.fakes.provider import Provider


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Provider]]:
    """`serve(cut=3)` starts one that answers so."""
    with ExitStack() as stack:

        def start(**options: Any) -> Provider:
            scenario = answering(**options)
            return stack.enter_context(Provider(lambda name: scenario, tmp_path / "bills.jsonl"))

        yield start


@pytest.fixture
def router(serve) -> Provider:
    return serve()
