"""HTTP as Daphne speaks it, with limits on what a client may send, and how slowly it may send and read."""

from __future__ import annotations

import enum
import time
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes

import daphne.http_protocol
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web import http

from core.server.flow import Gate, Message, RequestInbox
from core.server.limits import error_body, too_large

if TYPE_CHECKING:
    from core.server.server import Server

IN_MEMORY = 100_000
REASONS = {408: b"Request Timeout", 413: b"Content Too Large", 431: b"Request Header Fields Too Large"}

REFUSAL = (
    b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
)


class Phase(enum.Enum):
    """What a connection waits for; the client owes us something in the first three."""

    CONNECTED = enum.auto()
    HEADERS = enum.auto()
    BODY = enum.auto()
    ANSWER = enum.auto()
    IDLE = enum.auto()
    LEFT = enum.auto()
    """Told to go, once: Twisted would begin to count anew each time."""


class Channel(http.HTTPChannel):
    """One connection. Subclassed because only here are headers known before the body is read, and because
    Twisted's own time-out starts again with every byte: a client may take for ever over its headers."""

    abortTimeout = 5

    def connectionMade(self) -> None:
        self.server: Server = self.factory.server
        self.refused = False
        self.lost = False
        self.arrived = 0
        self._enter(Phase.CONNECTED)
        self.server.channels.add(self)
        super().connectionMade()

    def connectionLost(self, reason: Failure) -> None:
        self.lost = True
        self.server.channels.discard(self)
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:
        if self.refused:
            return
        if self.phase in (Phase.CONNECTED, Phase.IDLE):
            self._enter(Phase.HEADERS)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        # `_path` is Twisted's own note; nothing public tells the path before the body is complete.
        self.cap = self.server.limits.cap_for(_decoded(self._path))
        if self.length is not None and self.length > self.cap:
            self.refuse(413, too_large(self.cap))
            return
        self._enter(Phase.BODY)
        super().allHeadersReceived()

    def rawDataReceived(self, data: bytes) -> None:
        if not self.refused:
            super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        if not self.refused:
            self._enter(Phase.ANSWER)
            super().allContentReceived()

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(431, error_body(431, "A header line is too long.", "invalid_request"))

    def requestDone(self, request: http.Request) -> None:
        self._enter(Phase.IDLE)
        self.persistent = self.persistent and not self.server.draining
        super().requestDone(request)
        if not self.persistent and not self.lost:
            # Twisted flushes before it closes, and would wait for ever for a client that does not read.
            self.setTimeout(self.server.limits.stall)

    def refuse(self, status: int, body: bytes) -> None:
        """Answers, then reads on for a moment: closing over unread bytes would lose the answer in a reset."""
        self.refused = True
        self.transport.write(REFUSAL % (status, REASONS.get(status, b"Refused"), len(body)) + body)
        self.setTimeout(self.server.limits.linger_seconds)

    def check_timeouts(self) -> None:
        """Called by the server every second or so."""
        waited = time.monotonic() - self.since
        limits = self.server.limits
        if self.refused:
            return
        if self.phase is Phase.CONNECTED and waited > limits.header_seconds:
            self._leave()
        elif self.phase is Phase.HEADERS and waited > limits.header_seconds:
            self.refuse(408, error_body(408, "The headers did not arrive in time.", "timeout"))
        elif self.phase is Phase.BODY and waited > limits.body_window:
            if self.arrived < limits.body_rate * waited:
                self.refuse(408, error_body(408, "The body arrives too slowly.", "timeout"))
            else:
                self._enter(Phase.BODY)
        elif self.phase is Phase.IDLE and waited > limits.idle_seconds:
            self._leave()

    def close_if_idle(self) -> None:
        if self.phase in (Phase.CONNECTED, Phase.IDLE) or self.refused:
            self.loseConnection()

    def _leave(self) -> None:
        self._enter(Phase.LEFT)
        self.timeoutConnection()

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.since = time.monotonic()
        self.arrived = 0


class Request(daphne.http_protocol.WebRequest):
    """One request. Subclassed because Daphne queues the whole body in memory, has Twisted parse forms too,
    and writes answers faster than the client reads them."""

    channel: Channel
    server: Server

    def __init__(self, channel: Channel, queued: object = False) -> None:
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self.gate = Gate()
        self.size = 0

    # What Twisted calls while the request arrives

    def gotLength(self, length: int | None) -> None:
        if length is None:
            # Twisted makes a file for every chunked body, however small; it closes this one like its own.
            self.content = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        if self.channel.refused:
            return
        self.size += len(data)
        self.channel.arrived += len(data)
        if self.size > self.channel.cap:
            self.channel.refuse(413, too_large(self.channel.cap))
            return
        try:
            super().handleContentChunk(data)
        except OSError:
            self.channel.refuse(503, error_body(503, "There is no room to take the body.", "overloaded"))

    def process(self) -> Any:
        channel = self.channel
        processed = super().process()
        if self.transport is None:
            # Daphne handed the transport to a websocket, whose limits are its own.
            self.server.channels.discard(channel)
        return processed

    def open_inbox(self) -> RequestInbox:
        """Moves the spool out of the way before Daphne reads it into memory; Daphne finds an empty body."""
        self.registerProducer(self.gate, True)
        spool, self.content = self.content, BytesIO()
        return RequestInbox(spool, self.size)

    # What the application answers

    def handle_reply(self, message: Message) -> None:
        if self.finished or self.channel is None:
            return
        if message.get("more_body") and self._response_started:
            # Daphne's way to Twisted's write costs as much as the write: too much for every delta of a stream
            self.write(message.get("body", b""))
            return
        if message["type"] == "http.response.start" and self.server.draining:
            message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
        elif self.method == b"HEAD" and message.get("body"):
            # Daphne calls Twisted's write past the switch that keeps bodies out of answers to HEAD.
            message = {**message, "body": b""}
        super().handle_reply(message)

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        super().finish()

    def handle_exception(self, exception: BaseException) -> None:
        # Daphne would start a second answer, fail, and so end the loop that looks after all connections.
        if self._response_started:
            self.abort()
        else:
            super().handle_exception(exception)

    def application_ended(self) -> None:
        if not self.finished and self.channel is not None:
            self.handle_exception(RuntimeError("The application ended before its answer."))

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        content = error_body(status, body, "server" if status >= 500 else "invalid_request")
        headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(content))]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": content})

    def check_timeouts(self) -> None:
        super().check_timeouts()
        if self.gate.stalled(self.server.limits.stall):
            self.abort()

    def abort(self) -> None:
        if self.channel is not None:
            self.channel.transport.abortConnection()


class HTTPFactory(daphne.http_protocol.HTTPFactory):
    """Builds our connections; HTTP/1.1 only, so without Twisted's layer that can switch to HTTP/2."""

    protocol = Channel

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.timeOut = None  # `Channel.check_timeouts` sees to it, without a timer for every connection

    def buildProtocol(self, addr: IAddress | None) -> Channel:
        channel = cast(Channel, super().buildProtocol(addr))
        channel.requestFactory = Request
        return channel

    def acceptableProtocols(self) -> list[bytes]:
        return [b"http/1.1"]


def _decoded(target: bytes) -> str:
    return unquote_to_bytes(target.partition(b"?")[0]).decode("utf-8", "replace")
