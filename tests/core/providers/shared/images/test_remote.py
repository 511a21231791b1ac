"""Pictures at addresses that a provider sends."""

from __future__ import annotations

import pytest

from core.contract.errors import PolyphonyError, PrivateUpstream, UpstreamInvalid
from core.providers.rehearsal.picture import board
from core.providers.shared import http
from core.providers.shared.images import remote
from core.providers.shared.images.remote import fetch_image
from tests.fakes import scenarios

pytestmark = pytest.mark.anyio

PICTURE = board(16, 16, "words")


async def test_a_picture_is_what_its_bytes_say(provider):
    provider.script("boat", scenarios.body(PICTURE, "text/html"))
    assert await fetch_image(f"{provider.url}/boat", public_only=False) == (PICTURE, "image/png")
    [seen] = provider.requests
    assert (seen.method, "authorization" in seen.headers, "cookie" in seen.headers) == ("GET", False, False)


async def test_a_private_address_is_not_reached(provider):
    with pytest.raises(PrivateUpstream):
        await fetch_image(f"https://127.0.0.1:{provider.port}/boat")
    assert provider.requests == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/boat", "ftp://example.com/boat", "file:///etc/passwd", "data:,x", ""]
)
async def test_only_https_is_fetched(address):
    with pytest.raises(UpstreamInvalid, match="not https"):
        await fetch_image(address)


@pytest.mark.parametrize("content", [b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"<p>", b"", b"%PDF-1.4"])
async def test_what_is_no_picture_is_refused_whatever_its_headers_say(provider, content):
    provider.script("boat", scenarios.body(content, "image/png"))
    with pytest.raises(UpstreamInvalid, match="is not a picture"):
        await fetch_image(f"{provider.url}/boat", public_only=False)


async def test_a_longer_answer_than_a_picture_has_is_refused(provider, monkeypatch):
    monkeypatch.setattr(remote, "LIMITS", http.CallLimits(size=1000))
    provider.script("boat", scenarios.body(PICTURE + bytes(2000), "image/png"))
    with pytest.raises(UpstreamInvalid, match="longer than 1000 bytes"):
        await fetch_image(f"{provider.url}/boat", public_only=False)


@pytest.mark.parametrize("answer", [scenarios.status(404), scenarios.redirect()])
async def test_nothing_else_is_followed(provider, answer):
    provider.script("boat", answer)
    with pytest.raises(PolyphonyError):
        await fetch_image(f"{provider.url}/boat", public_only=False)
    assert (len(provider.requests), provider.canary_hits) == (1, 0)
