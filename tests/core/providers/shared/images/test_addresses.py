"""Pictures that an answer has by their addresses."""

from __future__ import annotations

import json

import pytest

from core.contract.errors import UpstreamInvalid
from core.contract.events import ImageReady, Unreadable
from core.providers.openai.vendor import VENDOR
from core.providers.shared.images import remote
from core.providers.shared.images.addresses import is_own, origin, picture_at
from tests.core.providers.openai.image.calls import CANARY, draw, target
from tests.fakes.images import PICTURE_PATH, encoded, png
from tests.fakes.provider import Provider
from tests.fakes.scenarios import body, flood, named, redirect, status

pytestmark = pytest.mark.anyio


def answer(*urls: str) -> bytes:
    return json.dumps({"created": 1, "data": [{"url": url} for url in urls]}).encode()


def at(provider: Provider, path: str = PICTURE_PATH) -> str:
    return provider.url.removesuffix("/v1") + path


async def test_a_picture_at_the_providers_own_server_is_fetched_with_its_key(provider):
    provider.script("gpt-image", body(answer(at(provider))))
    provider.script("b640.png", body(png(1), "image/png"))
    ready, used = await draw(target(provider))
    assert ready == ImageReady(0, "image/png", png(1))
    assert used.usage.units() == {"image_out.image": 1}
    _, fetched = provider.requests
    assert (fetched.method, fetched.path) == ("GET", PICTURE_PATH)
    assert fetched.headers["authorization"] == f"Bearer {CANARY}"


async def test_no_other_server_is_taken_for_the_providers_own(provider):
    where = target(provider)
    host = at(provider, "").removeprefix("http://")
    own = {
        url: is_own(where, url)
        for url in (
            at(provider),
            f"https://{host}/a",
            "http://127.0.0.1/a",
            f"http://u@{host}/a",
            f"http://{host}.example/a",
        )
    }
    assert [url for url, same in own.items() if same] == [at(provider)]


@pytest.mark.parametrize(
    "bad",
    [
        redirect(),
        status(404),
        body(b"<html>", "text/html"),
        body(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        flood(remote.LIMITS.size, "image/png"),
    ],
    ids=["redirect", "gone", "page", "svg", "large"],
)
async def test_what_is_not_a_picture_there_is_left_out(provider, bad):
    other = json.dumps({"data": [{"b64_json": encoded(1)}, {"url": at(provider)}]}).encode()
    provider.script("gpt-image", body(other))
    provider.script("b640.png", bad)
    ready, lost, _ = await draw(target(provider))
    assert (ready, lost) == (ImageReady(0, "image/png", png(1)), Unreadable(1))
    assert provider.canary_hits == 0


async def test_where_fetching_fails_the_address_is_passed_on(provider):
    url = "https://pictures.invalid/a.png"
    provider.script("gpt-image", body(answer(url)))
    ready, _ = await draw(target(provider))
    assert ready == ImageReady(0, "", b"", url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/a.png",
        "https://10.0.0.1/a.png",
        "https://[::1]:1/a.png",
        "https://2130706433/a.png",
        "https://intranet/a.png",
        "https://name:word@a.example/a.png",
        "https://a.example/ x",
        "https://a.example/\r\nX: y",
        "http://a.example/a.png",
    ],
)
async def test_an_address_that_is_not_public_is_not_passed_on(provider, url):
    provider.script("gpt-image", body(answer(url)))
    with pytest.raises(UpstreamInvalid):
        await draw(target(provider))


async def test_another_server_is_not_reached_without_tls(provider):
    with Provider(named) as other:
        with pytest.raises(UpstreamInvalid):
            await picture_at(VENDOR, target(provider), at(other))
        assert other.requests == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/x", ("https", "a.example", 443)),
        ("http://A.example:8080/x", ("http", "a.example", 8080)),
        ("ftp://a.example/x", None),
        ("https://", None),
        ("https://a.example:port/x", None),
        ("https://name:word@a.example/x", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_an_origin_is_of_the_web_and_without_a_password(url, found):
    assert origin(url) == found
