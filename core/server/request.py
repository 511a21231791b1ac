"""An HTTP request: Daphne's, with its body on disk and its response sent no faster than the client reads."""

from __future__ import annotations

from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, cast

import daphne.http_protocol
from twisted.internet.interfaces import IAddress

from core.access.body_quota import Hold
from core.server import internals
from core.server.channel import Channel
from core.server.flow import Backpressure, Message, RequestQueue
from core.server.limits import LONG_BODY, error_body, too_large

if TYPE_CHECKING:
    from core.server.server import Server

CLOSE = (b"connection", b"close")


class HTTPRequest(daphne.http_protocol.WebRequest):
    """One request. Daphne's own keeps the whole body in memory, lets Twisted parse forms as well, and writes
    the response faster than the client reads it."""

    channel: Channel
    server: Server

    def __init__(self, channel: Channel, queued: object = False) -> None:
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self.backpressure = Backpressure()
        self.size = 0

    # Called by Twisted while the request is received

    def gotLength(self, length: int | None) -> None:
        if length is None:
            # Twisted creates a file for every chunked body, however small; it closes this one like its own.
            self.content = SpooledTemporaryFile(max_size=LONG_BODY)  # noqa: SIM115
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        if self.channel.refused:
            return
        self.size += len(data)
        self.channel.received_bytes += len(data)
        if self.size > self.channel.cap:
            self.channel.refuse(413, too_large(self.channel.cap))
            return
        self.channel.count_body(self.size)
        if self.channel.refused:
            return
        try:
            super().handleContentChunk(data)
        except OSError:
            self.channel.refuse(503, error_body(503, "There is no room to take the body.", "overloaded"))

    def process(self) -> Any:
        channel = self.channel
        processed = super().process()
        if self.transport is None:
            # Daphne gave the transport to a websocket, which has limits of its own.
            self.server.channels.discard(channel)
        return processed

    def open_queue(self) -> RequestQueue:
        """The messages for the application. Daphne would read the body into memory and gets an empty one."""
        self.registerProducer(self.backpressure, True)
        spool, self.content = self.content, BytesIO()
        return RequestQueue(spool, self.size)

    def body_hold(self) -> Hold:
        """What the channel counted of the body; from now on it is the application's."""
        hold, self.channel.hold = self.channel.hold, Hold(None)
        return hold

    # The response of the application

    def handle_reply(self, message: Message) -> None:
        if self.finished or self.channel is None:
            return
        if message.get("more_body") and internals.has_started(self):
            # Daphne's checks before Twisted's `write` cost as much as the write: too much for every delta
            self.write(message.get("body", b""))
            return
        if message["type"] == "http.response.start":
            headers = message.get("headers", [])
            if self.server.draining:
                message = {**message, "headers": [*headers, CLOSE]}
            elif CLOSE in headers:  # Twisted reads this header in requests only
                self.channel.persistent = False
        elif self.method == b"HEAD" and message.get("body"):
            # Daphne calls Twisted's `write` without the check that keeps bodies out of responses to HEAD.
            message = {**message, "body": b""}
        super().handle_reply(message)

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        super().finish()

    def handle_exception(self, exception: BaseException) -> None:
        # Daphne would start a second response, fail, and so end the loop that checks all connections.
        if internals.has_started(self):
            self.abort()
        else:
            super().handle_exception(exception)

    def application_ended(self) -> None:
        if not self.finished and self.channel is not None:
            self.handle_exception(RuntimeError("The application ended before its answer."))

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        content = error_body(status, body, "server" if status >= 500 else "invalid_request")
        headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(content))]
        if status == 400:  # Daphne found what a proxy may read differently
            headers.append(CLOSE)
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": content})

    def check_timeouts(self) -> None:
        super().check_timeouts()
        if self.backpressure.stalled(self.server.limits.stall_seconds):
            self.abort()

    def abort(self) -> None:
        if self.channel is not None:
            self.channel.transport.abortConnection()


class HTTPFactory(daphne.http_protocol.HTTPFactory):
    """Creates channels for HTTP/1.1 only, so without Twisted's layer that can switch to HTTP/2."""

    protocol = Channel

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.timeOut = None  # `Channel.check_timeouts` does it, without a timer for every connection

    def buildProtocol(self, addr: IAddress | None) -> Channel:
        channel = cast(Channel, super().buildProtocol(addr))
        channel.requestFactory = HTTPRequest
        return channel

    def acceptableProtocols(self) -> list[bytes]:
        return [b"http/1.1"]
