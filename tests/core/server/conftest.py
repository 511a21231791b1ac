"""A server process for the tests of one module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.server.processes import ServerProcess, start_server


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with start_server() as running:
        yield running


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def either_server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """The same application on each of the two servers."""
    with start_server(server=request.param, limits={"linger_seconds": 0.2}) as running:
        yield running
