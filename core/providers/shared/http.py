"""HTTP to and from providers; the one module that imports an HTTP client.

Connections belong to an origin and an event loop and live as long as the loop. No redirects, no cookies, no
proxy variables, no retries: what leaves is what the adapter wrote. The transport is called directly,
because the client above it keeps cookies, logs addresses and takes as much time again. Undocumented parts of
the client are used here only: `pyproject.toml` has an upper bound for it, and a test names what is gone.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

import aiohttp
import httpx
import yarl
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from core.contract.errors import (
    PrivateUpstream,
    UpstreamDenied,
    UpstreamError,
    UpstreamInvalid,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.route import Sending
from core.providers.addresses import PrivateAddress, public_socket
from core.providers.sent_bodies import SentPieces, WholeBody
from core.providers.shared.content_encoding import inflater
from core.providers.shared.errors import EXCERPT, ErrorReader, from_status, no_details
from core.providers.shared.waits.deadline import Deadline, DeadlineTimer

CONNECT, POOL, KEEP_ALIVE, EXCERPT_SECONDS, LINGER = 10.0, 5.0, 30.0, 5.0, 0.1
"""Seconds."""
Pool = tuple[str, bool]  # origin, `public_only`
CONNECTIONS = 1000
"""At most so many at a time to one origin."""
MIB = 1024 * 1024
# The first bounds waiting for a free connection and connecting together.
CONNECTING = aiohttp.ClientTimeout(connect=CONNECT + POOL, sock_connect=CONNECT)
CLIENT_ERRORS = (TimeoutError, OSError, ValueError, httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Bounds of one answer, in seconds of waiting and in bytes.

    `total` bounds all waiting, headers included; `idle` each wait for more; `size` counts decoded bytes.
    However slow an answer is, it may go on until `total`: spaces and comments are signs of life.
    """

    total: float = 300.0
    idle: float = 60.0
    size: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `hide` are secrets that no error message may contain, `read_error` reads an error page.

    A body that comes in pieces needs a Content-Length among `headers`. `sending` is told when it has left.
    With `public_only` a connection to a private address is refused, whatever name led to it.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | AsyncIterable[bytes] = b""
    limits: CallLimits = CallLimits()
    hide: tuple[str, ...] = ()
    read_error: ErrorReader = no_details
    sending: Sending = field(default_factory=Sending)
    public_only: bool = False


class CallResponse:
    """An answer whose body is still arriving; leaving the `async with` early closes its connection."""

    __slots__ = ("_content", "_deadline", "_kept", "_limits", "_response", "headers", "media_type")

    def __init__(self, response: httpx.Response, limits: CallLimits, deadline: Deadline) -> None:
        # without the stream around it: each iterator costs as much again for every chunk
        self._response = cast(UpstreamStream, response.stream).response
        self._content = self._response.content
        self._limits = limits
        self._deadline = deadline
        self._kept = False
        self.headers: Mapping[str, str] = self._response.headers
        self.media_type = self.headers.get("content-type", "").strip().lower()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._kept:
            self._kept = False
            return
        try:
            if kind is None and not self._content.at_eof():
                await self._linger()
        finally:  # the caller may stop while we linger
            await self._response.__aexit__(kind, error, trace)

    def keep(self) -> Self:
        """Let the running `async with` leave it open; another one is to close it."""
        self._kept = True
        return self

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Decoded bytes as they arrive. Raises from the error tree if they stop, are too late or too many."""
        inflate = inflater(self.headers.get("content-encoding", ""))
        deadline, limits, read = self._deadline, self._limits, self._content.readany
        size = 0
        failure: UpstreamError | None = None
        with DeadlineTimer(deadline, self._expire, at_most=limits.idle) as timer:
            while True:
                timer.start()
                try:
                    arrival = await read()
                except CLIENT_ERRORS as error:
                    failure = upstream_error(error)
                if failure:  # raised outside the handler: its context may quote headers
                    raise failure
                timer.stop()
                if not arrival:
                    break
                for chunk in (arrival,) if inflate is None else inflate.feed(arrival):
                    size += len(chunk)
                    if size > limits.size:
                        raise too_long(limits)
                    yield chunk
        if inflate and (rest := inflate.end()):
            yield rest

    async def body(self) -> bytes:
        """The whole decoded body."""
        async with aclosing(self.chunks()) as chunks:
            return b"".join([chunk async for chunk in chunks])

    async def excerpt(self) -> bytes:
        """The first bytes of an error page, those that arrive within `EXCERPT_SECONDS`."""
        self._deadline.left = min(self._deadline.left, EXCERPT_SECONDS)
        found = bytearray()
        try:
            async with aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    found += chunk
                    if len(found) >= EXCERPT:
                        break
        except UpstreamError:
            pass
        return bytes(found[:EXCERPT])

    def _expire(self) -> None:
        """End the current wait, which has become too long."""
        self._content.set_exception(TimeoutError())  # not documented by aiohttp

    async def _linger(self) -> None:
        """Wait briefly for the end of an answer that was read as far as needed, so that its connection can be
        used again."""
        with suppress(*CLIENT_ERRORS):
            await self._deadline.wait(self._content.readany(), LINGER)


async def send(call: Call) -> CallResponse:
    """The answer to `call`, if it is a 2xx; anything else is raised from the error tree."""
    deadline = Deadline(call.limits.total)
    response, failure = None, None
    try:
        response = await deadline.wait(_dispatch(call), call.limits.total)
    except CLIENT_ERRORS as error:
        failure = upstream_error(error)
    if failure or not response:  # raised outside the handler: its context may quote headers
        raise failure or UpstreamInvalid("The provider did not answer.")
    answer = CallResponse(response, call.limits, deadline)
    if 200 <= response.status_code < 300:
        call.sending.answered = True
        return answer
    call.sending.refused()
    async with answer:
        body = await answer.excerpt()
    raise from_status(response.status_code, answer.headers, call.read_error(body), call.hide)


def too_long(limits: CallLimits) -> UpstreamInvalid:
    return UpstreamInvalid(f"The answer is longer than {limits.size} bytes.")


def prepare() -> None:
    """Read the certificate authorities, 0.2 s of work: call it in a thread before the first request."""
    _tls()


async def close() -> None:
    """Close the connections of the running loop; a later call opens new ones."""
    if closer := _closers.pop(asyncio.get_running_loop(), None):
        await closer.aclose()


def bearer(key: str) -> str:
    """The value of an Authorization header. Raises `UpstreamDenied` where the key cannot travel in one."""
    return f"Bearer {header_value(key)}"


def header_value(key: str) -> str:
    """The key, as the value of a header of its own. Raises as `bearer` does."""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise UpstreamDenied("The stored provider key cannot be sent in a header.")
    return key


def upstream_error(error: BaseException) -> UpstreamError:
    """The error for a failure of the client; its own message, which may quote addresses, is not repeated."""
    cause = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
    if isinstance(cause, TimeoutError):
        return UpstreamTimeout("The provider did not answer in time.")
    if isinstance(cause, aiohttp.ClientSSLError):
        return UpstreamUnreachable("The provider's certificate or TLS handshake was not accepted.")
    if isinstance(cause, aiohttp.ClientConnectorError):
        if isinstance(cause.os_error, PrivateAddress):
            return PrivateUpstream("The provider's address is not public, and not marked as internal.")
        return UpstreamUnreachable("The provider could not be reached.")
    if isinstance(cause, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError):
        return UpstreamUnreachable("The connection to the provider broke.")
    return UpstreamInvalid("The provider's answer is not valid HTTP.")


async def _dispatch(call: Call) -> httpx.Response:
    url, address, origin = _address(call.url)
    # given as a stream and beside its headers: else httpx adds what aiohttp writes anyway
    content, sending = call.content, call.sending
    stream = httpx.ByteStream(content) if isinstance(content, bytes) else StreamedBody(content, sending)
    extensions = {"address": address, "headers": call.headers, "sending": sending}
    request = httpx.Request(call.method, url, stream=stream, extensions=extensions)
    return await (await _transport(origin, call.public_only)).handle_async_request(request)


class StreamedBody(httpx.AsyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, pieces: AsyncIterable[bytes], sending: Sending) -> None:
        self._pieces = pieces
        self._sending = sending

    def __aiter__(self) -> AsyncIterator[bytes]:
        return SentPieces(aiter(self._pieces), self._sending)


class Transport(AiohttpTransport):
    """The library's transport without what is the same for every request: the timeouts are built once, and
    `upstream_error` translates its exceptions."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session = self.client if isinstance(self.client, aiohttp.ClientSession) else self.get_client()
        self.client = session
        response = await session.request(
            request.method,
            request.extensions["address"],
            headers=request.extensions["headers"],
            data=body_of(request),
            allow_redirects=False,
            timeout=CONNECTING,
        )
        return httpx.Response(response.status, stream=UpstreamStream(response))


def body_of(request: httpx.Request) -> WholeBody | httpx.AsyncByteStream | None:
    """The body as aiohttp takes it, None for an empty one."""
    stream = request.stream
    if not isinstance(stream, httpx.ByteStream):
        return cast(httpx.AsyncByteStream, stream)
    content = b"".join(stream)
    return WholeBody(content, request.extensions["sending"]) if content else None


class UpstreamStream(AiohttpResponseStream):
    """The library's stream, which keeps aiohttp's response to itself."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        super().__init__(response)
        self.response = response


@lru_cache(maxsize=1024)
def _address(url: str) -> tuple[httpx.URL, yarl.URL, str]:
    """The URL as httpx parses it, as aiohttp does, and its origin."""
    parsed = httpx.URL(url)
    return parsed, yarl.URL(str(parsed)), f"{parsed.scheme}://{parsed.netloc.decode()}"


_transports: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Pool, Transport]] = WeakKeyDictionary()
_closers: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = WeakKeyDictionary()


async def _transport(origin: str, public_only: bool) -> Transport:
    loop = asyncio.get_running_loop()
    transports = _transports.get(loop)
    if transports is None:
        transports = _transports[loop] = {}
        _closers[loop] = closer = _close_with_loop(transports)
        await anext(closer)
    pool = (origin, public_only)
    transport = transports.get(pool)
    if transport is None:
        transport = transports[pool] = Transport(verify=False, client=partial(_session, *pool))
    return transport


async def _close_with_loop(transports: dict[Pool, Transport]) -> AsyncGenerator[None, None]:
    """A loop finishes its open generators before it closes, so the connections close with their loop."""
    try:
        yield
    finally:
        _transports.pop(asyncio.get_running_loop(), None)
        for transport in transports.values():
            await transport.aclose()
        await asyncio.sleep(0)


class Connector(aiohttp.TCPConnector):
    """The library's pool without connections that have more bytes than their last answer.

    The library looks for such bytes when an answer ends, but those of the same packet are counted only
    afterwards, and others come while the connection is idle: they would begin the answer to another request.
    """

    async def _get(self, *arguments: Any) -> aiohttp.connector.Connection | None:
        while connection := await super()._get(*arguments):
            if connection.protocol is not None and not has_surplus(connection.protocol):
                return connection
            connection.close()
        return None


def has_surplus(protocol: aiohttp.client_proto.ResponseHandler) -> bool:
    """Whether an idle connection has received anything, also the end of the connection.

    That is a whole answer, one that has only begun, or bytes that the event loop has not read yet. It takes
    about 2 µs.
    """
    parser, transport = protocol._parser, protocol.transport
    if protocol.should_close or parser is None or transport is None:
        return True
    try:
        begun = parser.feed_eof()
    except Exception:  # what has begun is not even a valid head
        return True
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return begun is not None or bool(poll.poll(0))


def _session(origin: str, public_only: bool) -> aiohttp.ClientSession:
    tls = _tls() if origin.startswith("https:") else True
    return aiohttp.ClientSession(
        connector=Connector(
            limit=CONNECTIONS,
            keepalive_timeout=KEEP_ALIVE,
            ssl=tls,
            socket_factory=public_socket if public_only else None,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )


@cache
def _tls() -> SSLContext:
    """The context of all origins: building it takes 0.2 s. SSL_CERT_FILE names an operator's own CAs."""
    return httpx.create_ssl_context()
