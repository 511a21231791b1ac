"""Public addresses, and connections that go to those only."""

from __future__ import annotations

import asyncio
import socket

import pytest

from core.contract.errors import PrivateUpstream
from core.providers import addresses
from core.providers.shared import http

PRIVATE = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "fc00::1"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "64:ff9b::7f00:1"),
    *("64:ff9b:1::a00:1", "100::1", "2001::1"),
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_are_not_public(text):
    assert not addresses.is_public(text)
    assert not addresses.is_foreign(text)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are(text):
    assert addresses.is_public(text)


def test_addresses_of_this_machine_are_its_own():
    assert addresses.is_own("127.0.0.1")
    assert not addresses.is_own("192.0.2.1")


def answer(url: str, *, public_only: bool) -> int:
    async def ask() -> int:
        call = http.Call("GET", url, {}, public_only=public_only)
        async with await http.send(call) as response:
            return len(await response.body())

    return asyncio.run(ask())


@pytest.fixture
def names(monkeypatch):
    """A resolver whose answers change from one question to the next, as an attacker's do."""
    answers: dict[str, list[str]] = {}
    resolve = socket.getaddrinfo

    def lookup(host, port, *args, **kwargs):
        if host not in answers:
            return resolve(host, port, *args, **kwargs)
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return resolve(found, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return answers


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "rebound.example"])
def test_a_connection_to_a_private_address_is_refused(provider, names, host):
    names["rebound.example"] = ["127.0.0.1"]
    with pytest.raises(PrivateUpstream, match="not marked as internal"):
        answer(f"http://{host}:{provider.port}/v1/models", public_only=True)
    assert provider.requests == []
    assert answer(f"http://127.0.0.1:{provider.port}/v1/models", public_only=False) > 0


def test_the_connections_of_both_kinds_are_apart(provider):
    async def ask() -> None:
        url = f"{provider.url}/models"
        async with await http.send(http.Call("GET", url, {})) as response:
            await response.body()
        with pytest.raises(PrivateUpstream):
            await http.send(http.Call("GET", url, {}, public_only=True))

    asyncio.run(ask())
    assert len(provider.requests) == 1


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_other_spellings_of_an_address_reach_nothing(provider, host):
    with pytest.raises(Exception, match="provider"):
        answer(f"http://{host}:{provider.port}/v1/models", public_only=True)
    assert provider.requests == []
