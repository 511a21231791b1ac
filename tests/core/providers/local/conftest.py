"""Real worker processes: one shared pool for the speech tests, a fresh one where a test breaks things."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from core.providers.local.extras import missing
from core.providers.local.pool import Pool, close_shared_pool


@pytest.fixture(scope="session")
def engine():
    """Skip where this machine cannot speak; stop the shared workers after the last test."""
    if missing() is not None or find_spec("av") is None:
        pytest.skip("the extra polyphony[local] is not installed")
    yield
    close_shared_pool()


@pytest.fixture
def pool(engine):
    """One worker, so that an order of events means something."""
    made = Pool(1)
    yield made
    made.close()
