"""Whether a request's body has left for the provider, over real HTTP."""

from __future__ import annotations

import socket
from contextlib import nullcontext

import pytest

from core.contract.errors import UpstreamError, UpstreamUnreachable
from core.providers.shared import http
from tests.fakes import scenarios

pytestmark = pytest.mark.anyio


class Pieces:
    """A body in two pieces."""

    def __init__(self, body: bytes) -> None:
        self.pieces = [body[:10], body[10:]]

    async def __aiter__(self):
        for piece in self.pieces:
            yield piece


def call(url: str, model: str, *, whole: bool = True) -> http.Call:
    body = f'{{"model": "{model}", "response_format": "pcm", "input": "Hello"}}'.encode()
    headers = {} if whole else {"Content-Length": str(len(body))}
    return http.Call("POST", f"{url}/audio/speech", headers, body if whole else Pieces(body))


async def fetch(request: http.Call) -> bytes:
    async with await http.send(request) as answer:
        return await answer.body()


async def hang_up(exchange):
    exchange.reset()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("scenario", "left"), [("ok", True), ("hang-up", True), ("limited", False)])
async def test_a_body_has_left_unless_it_was_refused(provider, scenario, left, whole):
    provider.script("hang-up", hang_up)
    provider.script("limited", scenarios.status(429))
    asked = call(provider.url, scenario, whole=whole)
    with nullcontext() if scenario == "ok" else pytest.raises(UpstreamError):
        await fetch(asked)
    assert asked.sending.left is left


async def test_a_body_that_was_never_sent_has_not_left():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        asked = call(f"http://127.0.0.1:{held.getsockname()[1]}", "ok")
        with pytest.raises(UpstreamUnreachable):
            await fetch(asked)
    assert asked.sending.left is False
