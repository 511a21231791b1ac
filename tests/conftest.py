"""The cast, the clock and the walls of the test suite."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("POLYPHONY_VAR", tempfile.mkdtemp(prefix="polyphony-test-"))
os.environ["LOG_LEVEL"] = "ERROR"

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def team(db):
    from core.models import Team  # noqa: PLC0415 - the registry is not ready at import time

    return Team.objects.create(name="Aurora")


@pytest.fixture
def alice(team):
    return get_user_model().objects.create_user("alice", "alice@example.org", "a long pass phrase", team=team)


@pytest.fixture
def bob(team):
    """Alice's teammate."""
    return get_user_model().objects.create_user("bob", "bob@example.org", "a long pass phrase", team=team)


@pytest.fixture
def charlie(db):
    """Nobody's teammate: what he sees, anybody could."""
    return get_user_model().objects.create_user("charlie", "charlie@example.org", "a long pass phrase")


@pytest.fixture
def data() -> Path:
    """Real media, recorded answers and published specs; skips where they are not provided."""
    folder = os.environ.get("POLYPHONY_TEST_DATA")
    if not folder:
        pytest.skip("POLYPHONY_TEST_DATA is not set")
    return Path(folder)
