"""The cast, the clock and the walls of the test suite."""

from __future__ import annotations

import gc
import os
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import override_settings

from core.access import shared_limits
from core.access import snapshot as access
from core.catalogue import snapshot as catalogue
from core.ledger import statistics as ledger_statistics
from core.media.weights import weights_folder
from core.models import Team
from core.routing import statistics
from tests.fakes import redis_database
from tests.fakes.empty_tables import instead_of_flush

pytest_plugins = [
    "tests.fakes.fixtures",
    "tests.fakes.services",
    "tests.fakes.weights",
    "tests.fakes.workers",
]

# servers that tests start fetch nothing, and find the weights that are installed in this tree
os.environ["POLYPHONY_MODELS"] = ""
os.environ.setdefault("MODELS_ROOT", str(Path(__file__).resolve().parent.parent / "var" / "models"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Each worker, and the servers that its tests start, have a Redis database of their own."""
    if url := os.environ.get("REDIS_URL"):
        for number, spec in enumerate(specs):
            spec.env["REDIS_URL"] = redis_database.for_worker(url, f"gw{number}")


# a busy machine is no fault of what is tried: a test of time says so itself, with the mark `timing`
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The databases of the session; the asynchronous ORM lets go of them before they are dropped."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


LONG = (
    "sdk",
    "proof",
    "core/api/test_local_work",
    "core/media",
    "core/server",
    "core/management",
    "core/operations",
    "core/providers/local",
    "core/providers/promises/test_faults",
    "playground/socket/test_run_memory",
)
"""Beginnings of the paths of files that take long for their number of tests: so that none is the last one."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the clock get a second try, and the summary names each that took it; no others do."""
    for item in items:
        if item.get_closest_marker("timing"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if hasattr(config, "workerinput"):
        sizes = Counter(item.path for item in items)
        items.sort(key=lambda item: (not starts_early(item.path), -sizes[item.path]))


def pytest_collection_finish() -> None:
    """A million objects of the tests themselves stay to the end: the collector need not look at them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def starts_early(path: Path) -> bool:
    return path.relative_to(Path(__file__).parent).as_posix().startswith(LONG)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why a first try failed, which is not told otherwise when the second one held."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid}", sep="_")
        terminalreporter.line(report.longreprtext)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    """Tables are emptied after each test that commits."""
    with instead_of_flush():
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database of tests need not survive a power cut: PostgreSQL does not wait for its disk."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["options"] = "-c synchronous_commit=off"


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pytest's own, which looks through all folders for the next number: thousands, for each test."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}{next(FOLDERS)}", numbered=False)


FOLDERS = count()


@pytest.fixture(autouse=True, scope="session")
def settings_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files come from their sources, unhashed.

    People are made for nearly every test; hashing their passwords slowly is Django's to test.
    """
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),  # whitenoise warns of a folder that is not there
        STORAGES={**settings.STORAGES, "staticfiles": static},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """What a test keeps is not another one's.

    Media and spool stay inside the test. A flushed database starts its version numbers anew; what a test
    before saw must not look current. What one counts in Redis is not counted for another with equal row ids.
    """
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT = str(tmp_path / "media")
    monkeypatch.setattr(access, "_current", access.AccessSnapshot())
    monkeypatch.setattr(catalogue, "_current", None)
    monkeypatch.setattr(statistics, "_current", {})
    monkeypatch.setattr(ledger_statistics, "history", ledger_statistics.EndpointHistory())
    monkeypatch.setattr(shared_limits, "PREFIX", f"polyphony:test:{uuid4()}")


@pytest.fixture
def team(db):
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


@pytest.fixture
def whisper_weights() -> Path:
    """The folder of whisper-base; skips where no source of it was reached."""
    folder = weights_folder("whisper-base")
    if folder is None:
        pytest.skip("whisper-base is not installed: manage.py install_model whisper-base")
    return folder
