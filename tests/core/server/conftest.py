"""A server process for the tests of one module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.server.processes import ServerProcess, start_server


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with start_server() as running:
        yield running
