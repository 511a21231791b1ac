"""Websockets as Daphne speaks them, with limits on what waits unread on either side, and every close code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import daphne.ws_protocol
from autobahn.util import encode_truncate
from autobahn.websocket.types import ConnectionRequest
from twisted.internet.interfaces import ISSLTransport
from twisted.python.failure import Failure

from core.server.flow import Gate, Message, SocketInbox

if TYPE_CHECKING:
    from core.server.server import Server

POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
CLOSE_REASON_BYTES = 123


class Socket(daphne.ws_protocol.WebSocketProtocol):
    """One websocket. Subclassed because Daphne lets messages pile up without end in both directions."""

    server: Server
    inbox: SocketInbox | None = None
    closing_since: float | None = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self.gate = Gate()
        self.secure = ISSLTransport.providedBy(self.transport)
        # The transport still reports to the HTTP connection it was taken from.
        self.unregisterProducer()
        self.registerProducer(self.gate, True)

    def connectionLost(self, reason: Failure) -> None:
        if hasattr(self, "server"):
            self.server.sockets.discard(self)
        super().connectionLost(reason)

    def onConnect(self, request: ConnectionRequest) -> object:
        self.factory.server_class.sockets.add(self)
        return super().onConnect(request)

    def open_inbox(self) -> SocketInbox:
        limits = self.server.limits
        self.inbox = SocketInbox(limits.unread_messages, limits.unread_bytes, self._flooded)
        return self.inbox

    def handle_reply(self, message: Message) -> None:
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.close(message.get("code") or 1000, message.get("reason") or "")
        else:
            super().handle_reply(message)

    def close(self, code: int, reason: str = "") -> None:
        """Closes with any code; autobahn's public `sendClose` refuses those a server needs (1008, 1012)."""
        if self.state == self.STATE_OPEN:
            self.closing_since = time.monotonic()
            self.sendCloseFrame(code=code, reasonUtf8=encode_truncate(reason, CLOSE_REASON_BYTES))
        elif self.state == self.STATE_CONNECTING and hasattr(self, "handshake_deferred"):
            self.serverReject()

    def application_ended(self) -> None:
        self.close(INTERNAL_ERROR)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        # The application is told why we closed, whether or not the browser repeated our code.
        super().onClose(wasClean, self.localCloseCode or code, reason)

    def _flooded(self) -> None:
        self.close(POLICY_VIOLATION, "too many unread messages")
        if self.inbox is not None:
            self.inbox.close(POLICY_VIOLATION)

    def check_timeouts(self) -> None:
        if self.state != self.STATE_CLOSED:
            super().check_timeouts()
        elif self.closing_since is None:
            self.closing_since = time.monotonic()
        limit = self.server.limits.stall
        closing = self.closing_since is not None and time.monotonic() - self.closing_since > limit
        if closing or self.gate.stalled(limit):
            self.transport.abortConnection()


class SocketFactory(daphne.ws_protocol.WebSocketFactory):
    """Builds our websockets."""

    protocol = Socket
