"""Sockets are closed when their session or the server ends."""

from __future__ import annotations

import asyncio

import pytest
from django.test import Client

from core import background
from core.models.offload import offload
from playground.socket import session_watch
from tests.playground.conftest import Tab, communicator
from tests.playground.socket.test_authentication import closed

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def frequent_checks(monkeypatch):
    monkeypatch.setattr(session_watch, "CHECK_SECONDS", 0.05)


async def test_logging_out_closes_the_socket(engine, alice, frequent_checks):
    client = Client()
    await asyncio.to_thread(client.force_login, alice)
    tab = Tab(communicator(client.cookies["sessionid"].value))
    await tab.communicator.connect()
    await asyncio.to_thread(client.logout)
    assert await closed(tab) == 4401
    await tab.close()


@pytest.mark.parametrize("change", ["withdrawn", "deleted", "password"])
async def test_a_withdrawn_account_loses_its_socket(sign_in, alice, frequent_checks, change):
    tab = await sign_in(alice)
    if change == "withdrawn":
        alice.is_active = False
    elif change == "password":
        alice.set_password("another long pass phrase")
    await offload(alice.delete if change == "deleted" else alice.save)
    assert await closed(tab) == 4401


async def test_a_server_that_stops_gives_a_reason(sign_in, alice, frequent_checks, monkeypatch):
    tab = await sign_in(alice)
    monkeypatch.setattr(background.state, "draining", True)
    assert await closed(tab) == 1012
