from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from ipaddress import ip_address

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from httpx_aiohttp import AiohttpTransport

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.providers.shared import http
from core.providers.shared.errors import ErrorDetails
from tests.fakes import scenarios
from tests.fakes.provider import Provider

pytestmark = pytest.mark.anyio

CANARY = "sk-canary-0123456789abcdef"
MEGABYTE = 1 << 20
QUICK = http.CallLimits(total=5.0, idle=0.3, size=1 << 20)
CALM = http.CallLimits(total=20.0, idle=10.0, size=1 << 20)


def call(provider, model: str, limits: http.CallLimits = QUICK) -> http.Call:
    headers = {"Authorization": f"Bearer {CANARY}", "Accept-Encoding": "identity"}
    body = f'{{"model": "{model}", "response_format": "pcm", "input": "Hello"}}'.encode()
    return http.Call("POST", f"{provider.url}/audio/speech", headers, body, limits, (CANARY,))


async def fetch(request: http.Call) -> bytes:
    async with await http.send(request) as answer:
        return await answer.body()


async def test_send_hands_the_body_on(provider):
    assert len(await fetch(call(provider, "ok"))) == 24_000
    seen = provider.requests[0]
    assert (seen.method, seen.path, seen.json["input"]) == ("POST", "/v1/audio/speech", "Hello")
    assert (seen.headers["accept-encoding"], seen.headers["authorization"]) == (
        "identity",
        f"Bearer {CANARY}",
    )


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(provider, code):
    provider.script("away", scenarios.redirect(code))
    with pytest.raises(UpstreamInvalid) as caught:
        await fetch(call(provider, "away"))
    assert caught.value.provider_code == "upstream_redirect"
    assert provider.canary_hits == 0


async def test_a_refused_connection_is_unreachable(unused_port):
    request = http.Call("GET", f"http://127.0.0.1:{unused_port}/v1/models", {}, limits=QUICK)
    with pytest.raises(UpstreamUnreachable) as caught:
        await fetch(request)
    assert caught.value.message == "The provider could not be reached."


async def test_a_name_nobody_has_is_unreachable():
    with pytest.raises(UpstreamUnreachable):
        await fetch(http.Call("GET", "http://nobody.invalid/v1/models", {}, limits=QUICK))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "http://[::1", "nonsense"])
async def test_an_address_that_is_none_is_an_error_of_the_tree(url):
    with pytest.raises((UpstreamInvalid, UpstreamUnreachable)):
        await fetch(http.Call("GET", url, {}, limits=QUICK))


async def test_a_certificate_nobody_signed_is_refused(self_signed):
    with Provider(scenarios.named, tls=self_signed) as provider, pytest.raises(UpstreamUnreachable) as caught:
        await fetch(call(provider, "ok"))
    assert caught.value.message == "The provider's certificate or TLS handshake was not accepted."
    assert provider.requests == []


async def test_a_connection_that_is_never_made_is_a_timeout(monkeypatch):
    monkeypatch.setattr(http, "CONNECTING", aiohttp.ClientTimeout(connect=1.0, sock_connect=0.2))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        with pytest.raises(UpstreamTimeout):
            await fetch(http.Call("GET", f"http://127.0.0.1:{port}/v1/models", {}, limits=QUICK))
        for each in waiting:
            each.close()


@pytest.mark.timing
async def test_an_upstream_nobody_reads_is_paused(provider):
    written = 0

    async def pours(exchange):
        nonlocal written
        await exchange.head(content_type="audio/pcm")
        for _ in range(1000):
            await exchange.chunk(bytes(MEGABYTE))
            written += MEGABYTE

    provider.script("pours", pours)
    limits = http.CallLimits(size=1 << 40)
    async with (
        await http.send(call(provider, "pours", limits)) as answer,
        aclosing(answer.chunks()) as chunks,
    ):
        await anext(chunks)
        await asyncio.sleep(0.5)
        assert written < 32 * MEGABYTE


async def test_silence_before_the_headers_lasts_as_long_as_the_deadline(provider):
    with pytest.raises(UpstreamTimeout):
        await fetch(call(provider, "nothing", replace(QUICK, total=0.4)))
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_silence_in_the_middle_ends_after_the_idle_time(provider):
    with pytest.raises(UpstreamTimeout):
        await fetch(call(provider, "stuck"))


async def test_an_endless_drip_is_cut_by_the_deadline(provider):
    with pytest.raises(UpstreamTimeout):
        await fetch(call(provider, "drip", replace(QUICK, total=0.5)))


async def test_an_answer_of_one_byte_now_and_then_is_read_to_its_end(provider):
    async def drips(exchange):
        await exchange.head(content_type="audio/pcm")
        for number in range(10):
            await exchange.chunk(bytes([number]))
            await asyncio.sleep(0.1)
        await exchange.end()

    provider.script("drips", drips)
    assert await fetch(call(provider, "drips")) == bytes(range(10))


@pytest.mark.timing
async def test_a_slow_reader_uses_up_no_deadline(provider):
    limits = replace(QUICK, total=0.4, idle=0.2)
    size = 0
    async with await http.send(call(provider, "ok", limits)) as answer, aclosing(answer.chunks()) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            await asyncio.sleep(0.15)
    assert size == 24_000


async def test_a_body_over_the_limit_is_cut(provider):
    provider.script("flood", scenarios.flood(64 << 20))
    with pytest.raises(UpstreamInvalid) as caught:
        await fetch(call(provider, "flood"))
    assert caught.value.message == "The answer is longer than 1048576 bytes."
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_a_bomb_is_cut_by_its_decoded_size(provider):
    with pytest.raises(UpstreamInvalid) as caught:
        await fetch(call(provider, "bomb"))
    assert caught.value.message == "The answer is longer than 1048576 bytes."


@pytest.mark.parametrize("ending", ["reset", "cut", "hang-up"])
async def test_a_broken_connection_is_unreachable_and_quotes_nobody(provider, ending):
    with pytest.raises(UpstreamUnreachable) as caught:
        await fetch(call(provider, ending, CALM))
    assert caught.value.message == "The connection to the provider broke."
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


async def test_an_answer_that_is_not_http_is_invalid(provider):
    async def gibberish(exchange):
        await exchange.raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")

    provider.script("gibberish", gibberish)
    with pytest.raises((UpstreamInvalid, UpstreamUnreachable)) as caught:
        await fetch(call(provider, "gibberish"))
    assert CANARY not in repr(caught.value)


async def test_only_the_start_of_an_error_page_is_read(provider):
    with pytest.raises(UpstreamFailed) as caught:
        await fetch(call(provider, "failing"))
    assert caught.value.message == "The provider failed with 500."
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_an_error_page_that_never_comes_is_not_waited_for(provider, monkeypatch):
    async def stalls(exchange):
        await exchange.head(503, content_type="application/json", retry_after="2")
        await exchange.silence()

    monkeypatch.setattr(http, "EXCERPT_SECONDS", 0.1)
    provider.script("stalls", stalls)
    with pytest.raises(UpstreamFailed) as caught:
        await fetch(call(provider, "stalls", http.CallLimits()))
    assert caught.value.retry_after == 2.0


def message_of(body: bytes) -> ErrorDetails:
    return ErrorDetails(json.loads(body)["error"]["message"])


async def test_an_echoed_key_does_not_come_back(provider):
    with pytest.raises(http.UpstreamError) as caught:
        await fetch(replace(call(provider, "echo"), read_error=message_of))
    assert caught.value.message == "Bad Bearer [hidden] key=[hidden] at https://x.test/v1"


@pytest.mark.parametrize("key", ["with\nnewline", "ключ", "two words", "", "tab\there"])
def test_a_key_that_cannot_travel_is_denied_without_being_quoted(key):
    with pytest.raises(UpstreamDenied) as caught:
        http.bearer(key)
    assert caught.value.message == "The stored provider key cannot be sent in a header."
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


async def test_cookies_are_not_kept(provider):
    provider.script("baker", scenarios.body(b"{}", set_cookie="session=1; Path=/"))
    request = replace(call(provider, "baker"), url=f"http://localhost:{provider.port}/v1/audio/speech")
    await fetch(request)
    await fetch(request)
    assert ["cookie" in seen.headers for seen in provider.requests] == [False, False]


async def test_proxy_variables_are_not_read(provider, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, provider.canary_url)
    await fetch(call(provider, "ok"))
    assert provider.canary_hits == 0


async def test_a_cancelled_call_closes_its_upstream(provider):
    task = asyncio.create_task(fetch(call(provider, "nothing")))
    seen = await asyncio.to_thread(provider.arrival)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(seen.left.wait, 5)


async def test_close_lets_a_later_call_open_anew(provider):
    await fetch(call(provider, "ok"))
    await http.close()
    await fetch(call(provider, "ok"))
    await http.close()
    await http.close()
    assert [seen.connection for seen in provider.requests] == [1, 2]


def test_every_loop_has_its_own_connections_and_closes_them(provider):
    for _ in range(2):
        asyncio.run(fetch(call(provider, "ok")))
    thread = threading.Thread(target=asyncio.run, args=(fetch(call(provider, "ok")),))
    thread.start()
    thread.join()
    assert [seen.connection for seen in provider.requests] == [1, 2, 3]


async def test_hundreds_of_calls_run_at_once(provider):
    provider.script("held", scenarios.speech(delay=0.1, chunks=2))
    bodies = await asyncio.gather(*(fetch(call(provider, "held", http.CallLimits())) for _ in range(150)))
    assert {len(body) for body in bodies} == {24_000}
    assert provider.connections == 150


@pytest.fixture
def unused_port() -> int:
    with Provider(scenarios.named) as provider:
        return provider.port


@pytest.fixture
def self_signed(tmp_path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem")
    return context


async def test_a_wait_for_more_can_be_ended_from_outside():
    """By a method that aiohttp does not document."""
    protocol = aiohttp.base_protocol.BaseProtocol(asyncio.get_running_loop())
    protocol.connection_made(asyncio.Transport())
    reader = aiohttp.StreamReader(protocol, limit=1024)
    broken = f"aiohttp {version('aiohttp')}: StreamReader.set_exception does not end a wait"
    assert hasattr(reader, "set_exception"), broken
    waiting = asyncio.ensure_future(reader.readany())
    await asyncio.sleep(0)
    reader.set_exception(TimeoutError())
    await asyncio.wait([waiting], timeout=5.0)
    assert waiting.done(), broken
    assert isinstance(waiting.exception(), TimeoutError), broken


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (AiohttpTransport, "get_client"),
        (AiohttpTransport(verify=False), "client"),
        (AiohttpTransport, "aclose"),
        (aiohttp.StreamReader, "readany"),
        (aiohttp.StreamReader, "at_eof"),
        (aiohttp.ClientResponse, "__aexit__"),
        (aiohttp.TCPConnector, "_get"),
        (aiohttp.client_proto.ResponseHandler, "should_close"),
        (aiohttp.client_proto.HttpResponseParser, "feed_eof"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_client_has_the_parts_that_are_used(owner, name):
    library = "httpx-aiohttp" if "Transport" in repr(owner) else "aiohttp"
    assert hasattr(owner, name), (
        f"{library} {version(library)} has no {name}: see core/providers/shared/http.py"
    )
