"""Which addresses of providers are spelled plainly, and which are not public."""

from __future__ import annotations

import socket

import pytest

from core.operations import addresses


@pytest.mark.parametrize(
    "address",
    [
        "http://user@127.0.0.1/v1",
        "http://@acme.example/v1",
        "http://acme.example@127.0.0.1/",
        "http://acme.example\\@127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://1.2.3/",
        "http://example.0x7f/",
        "http://%31%32%37.0.0.1/",
        "http://acme..example/",
        "http://.acme.example/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://acme.example/v1?x",
        "http://acme.example/v1#x",
        "http://acme.example:0/",
        "http://[::1/",
        "ftp://acme.example/",
        "http:///v1",
    ],
)
def test_odd_spellings_are_no_addresses(address):
    assert not addresses.is_plain(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:11434/v1",
        "http://169.254.169.254/latest",
        "http://10.1.2.3/v1",
        "http://[::1]:8000/v1",
        "http://[::ffff:127.0.0.1]/v1",
        "http://[fe80::1]/v1",
        "http://localhost:8000/v1",
        "http://LOCALHOST/v1",
        "http://ollama:11434/v1",
        "http://vllm.internal/v1",
        "http://printer.local/v1",
        "https://api.openai.com./v1",
        "https://xn--penai-tqf.example/v1",
        "https://ours.example/v1",
        "https://turned.example/v1",
        "https://half.example/v1",
    ],
)
def test_addresses_that_are_not_public_are_found(address, resolver, settings):
    settings.ALLOWED_HOSTS = ["ours.example", "*"]
    assert addresses.is_plain(address)
    assert addresses.is_internal(address)


@pytest.mark.parametrize(
    "address",
    ["https://good.example/v1", "https://8.8.8.8/v1", "https://[2606:4700::1111]/v1", "http://gone.example"],
)
def test_public_addresses_and_unknown_names_are_not(address, resolver):
    assert addresses.is_plain(address)
    assert not addresses.is_internal(address)


@pytest.fixture
def resolver(monkeypatch) -> None:
    known = {
        "good.example": ["8.8.8.8", "2606:4700::1111"],
        "turned.example": ["127.0.0.1"],
        "half.example": ["8.8.8.8", "10.0.0.1"],
    }

    def lookup(host, port, *args, **kwargs):
        if host not in known:
            raise socket.gaierror("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0)) for ip in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
