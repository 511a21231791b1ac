"""A websocket: Daphne's, with limits on unread messages in both directions, and any close code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import daphne.ws_protocol
from autobahn.websocket.types import ConnectionRequest
from twisted.internet.interfaces import ISSLTransport
from twisted.python.failure import Failure

from core.access.body_quota import Hold
from core.server import internals
from core.server.flow import Backpressure, Message, WebSocketQueue

if TYPE_CHECKING:
    from core.server.server import Server

POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011


class WebSocket(daphne.ws_protocol.WebSocketProtocol):
    """One websocket. Daphne's own queues messages without limit in both directions."""

    server: Server
    queue: WebSocketQueue | None = None
    closing_since: float | None = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self.backpressure = Backpressure()
        self.secure = ISSLTransport.providedBy(self.transport)
        # The transport still has the producer of the HTTP channel it was taken from.
        self.unregisterProducer()
        self.registerProducer(self.backpressure, True)

    def connectionLost(self, reason: Failure) -> None:
        if hasattr(self, "server"):
            self.server.sockets.discard(self)
        super().connectionLost(reason)

    def onConnect(self, request: ConnectionRequest) -> object:
        internals.server_of(self.factory).sockets.add(self)
        return super().onConnect(request)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: object = None) -> None:
        # Autobahn quotes the client in the status line, and has a status of its own for an odd Origin
        if "Origin" in reason:
            code = 403
        super().failHandshake("Access denied" if code == 403 else "Bad handshake", code, responseHeaders)

    def open_queue(self) -> WebSocketQueue:
        limits = self.server.limits
        self.queue = WebSocketQueue(limits.unread_messages, limits.unread_bytes, self._overflow)
        return self.queue

    def body_hold(self) -> Hold:
        """A websocket has no body."""
        return Hold(None)

    def handle_reply(self, message: Message) -> None:
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.close(message.get("code") or 1000, message.get("reason") or "")
        else:
            super().handle_reply(message)

    def close(self, code: int, reason: str = "") -> None:
        """Close with any code, or reject a websocket that has not been accepted."""
        if self.state == self.STATE_OPEN:
            self.closing_since = time.monotonic()
            internals.send_close(self, code, reason)
        elif internals.is_awaiting_accept(self):
            self.serverReject()

    def application_ended(self) -> None:
        self.close(INTERNAL_ERROR)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if not hasattr(self, "server"):  # the handshake failed before there was an application
            return
        # The application gets the code that was sent, whether or not the browser repeated it.
        super().onClose(wasClean, internals.sent_close_code(self) or code, reason)

    def _overflow(self) -> None:
        self.close(POLICY_VIOLATION, "too many unread messages")
        if self.queue is not None:
            self.queue.close(POLICY_VIOLATION)

    def check_timeouts(self) -> None:
        if self.state != self.STATE_CLOSED:
            super().check_timeouts()
        elif self.closing_since is None:
            self.closing_since = time.monotonic()
        limit = self.server.limits.stall_seconds
        closing = self.closing_since is not None and time.monotonic() - self.closing_since > limit
        if closing or self.backpressure.stalled(limit):
            self.transport.abortConnection()


class WebSocketFactory(daphne.ws_protocol.WebSocketFactory):
    """Creates our websockets."""

    protocol = WebSocket
