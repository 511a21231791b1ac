"""A provider row for the fake server, and servers that speak several paths."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections

from core.catalogue import snapshot
from core.models import Provider, ProviderKey
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.provider import Provider as Fake

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def no_keys(settings):
    """No provider is live by accident of the machine."""
    settings.PROVIDER_ENVIRONMENT = {}
    snapshot.reset()


@pytest.fixture(autouse=True)
def no_lingering_connection() -> Iterator[None]:
    """The asynchronous ORM works in one thread that outlives the test, and would hold its database."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def row(transactional_db, provider) -> Provider:
    """The fake server as a provider with a stored key."""
    found = Provider.objects.create(
        slug="fake", name="Fake", wire="openai", base_url=provider.url, internal=True
    )
    ProviderKey.objects.create(provider=found, secret=CANARY)
    return found


def paths(answers: dict[str, object]) -> Callable[[str], Scenario]:
    """JSON by path, 404 for any other."""

    async def scenario(exchange: Exchange) -> None:
        value = answers.get(exchange.seen.path)
        if value is None:
            await exchange.reply(404, b"{}")
        else:
            await exchange.reply(200, json.dumps(value).encode())

    return lambda name: scenario


@pytest.fixture
def serve(tmp_path):
    """Start a server that answers these paths: `serve({"/v1/models": …}).port`."""
    running: list[Fake] = []

    def start(answers: dict[str, object]) -> Fake:
        server = Fake(paths(answers), tmp_path / f"bills-{len(running)}.jsonl")
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()
