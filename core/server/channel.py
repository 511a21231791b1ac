"""An HTTP connection: Twisted's channel with limits on what a client sends and how slowly it does."""

from __future__ import annotations

import asyncio
import enum
import logging
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from twisted.python.failure import Failure
from twisted.web import http

from core.access.body_quota import CountedBody, Hold
from core.contract.errors import PolyphonyError
from core.server import internals
from core.server.body_limit import no_room
from core.server.connections import Rank
from core.server.limits import LONG_BODY, FindSender, Headers, error_body, too_large, unknown_sender

if TYPE_CHECKING:
    from core.server.server import Server

logger = logging.getLogger(__name__)

REASONS = {
    400: b"Bad Request",
    401: b"Unauthorized",
    408: b"Request Timeout",
    413: b"Content Too Large",
    429: b"Too Many Requests",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}

REFUSAL = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n"

CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""Control characters other than a tab; a proxy in front may take some of them for the end of a line."""


class Phase(enum.Enum):
    """What a connection waits for; in the first three phases it is for the client to send something."""

    CONNECTED = enum.auto()
    HEADERS = enum.auto()
    BODY = enum.auto()
    RESPONSE = enum.auto()
    IDLE = enum.auto()
    TIMED_OUT = enum.auto()
    """Being closed: a second call of Twisted's `timeoutConnection` would start its time-out again."""


RANKS = {Phase.CONNECTED: Rank.FIRST_BYTE, Phase.HEADERS: Rank.HEAD, Phase.IDLE: Rank.NEXT_REQUEST}
"""Phases in which a connection may be closed for another one."""


class Channel(http.HTTPChannel):
    """One connection. Only the channel sees the headers before the body is read, and Twisted's own time-out
    starts again with every byte, so that a client could take for ever to send its headers."""

    abortTimeout = 5

    def connectionMade(self) -> None:
        self.server: Server = self.factory.server
        self.refused = False
        self.lost = False
        self.received_bytes = 0
        self.hold = Hold(None)
        self._enter(Phase.CONNECTED)
        self.server.channels.add(self)
        super().connectionMade()
        self.server.make_room(self)

    def connectionLost(self, reason: Failure) -> None:
        self.lost = True
        self.hold.release()
        self.server.channels.discard(self)
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:
        if self.refused:
            return
        if self.phase in (Phase.CONNECTED, Phase.IDLE):
            self._enter(Phase.HEADERS)
        super().dataReceived(data)
        if self.phase in (Phase.HEADERS, Phase.BODY) and internals.has_bare_line_feed(self):
            self._respondToBadRequestAndDisconnect()

    def lineReceived(self, line: bytes) -> None:
        if self.refused:
            return
        if line.startswith((b" ", b"\t")) or CONTROL.search(line):
            # Twisted would join a line that begins with a blank to the one before it.
            self._respondToBadRequestAndDisconnect()
        else:
            super().lineReceived(line)

    def headerReceived(self, line: bytes) -> bool:
        try:
            return super().headerReceived(line)
        except ValueError:  # more digits than Python converts
            self._respondToBadRequestAndDisconnect()
            return False

    def allHeadersReceived(self) -> None:
        if not internals.is_framed(self):
            self._respondToBadRequestAndDisconnect()
            return
        path = _path_of(internals.request_target(self))
        self.cap = self.server.limits.cap_for(path)
        if self.length is not None and self.length > self.cap:
            self.refuse(413, too_large(self.cap))
            return
        self._enter(Phase.BODY)
        super().allHeadersReceived()
        if (self.length is None or self.length > LONG_BODY) and self.server.find_sender:
            self.transport.pauseProducing()
            self.check = asyncio.ensure_future(
                self._check_sender(self.server.find_sender, path, self.length or 0)
            )

    async def _check_sender(self, find_sender: FindSender, path: str, length: int) -> None:
        """Refuse the body of a stranger and one for which there is no room; until then it is not read.

        A body that came with its headers has been read already, and Twisted has forgotten their first line.
        """
        request = self.requests[-1]
        headers = [(name.lower(), values[0]) for name, values in request.requestHeaders.getAllRawHeaders()]
        try:
            sender = await find_sender(path, headers)
        except Exception:  # the database is gone; the application says so
            logger.exception("The sender of a body could not be found")
            sender = "unknown"
        if self.lost:
            return
        if self.phase is Phase.BODY:
            if not sender:
                self.refuse(401, unknown_sender())
            elif self.server.quota is not None:
                self.hold = CountedBody(self.server.quota, sender).hold()
                self.count_body(max(length, request.size))
        self.transport.resumeProducing()

    def count_body(self, size: int) -> None:
        """Count a body of at least `size` bytes, once it is known who sends it, or refuse it."""
        try:
            if self.hold.body is not None:
                self.hold.body.grow(size)
        except PolyphonyError as error:
            self.refuse(*no_room(error))

    def rawDataReceived(self, data: bytes) -> None:
        if not self.refused:
            super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        if not self.refused:
            self._enter(Phase.RESPONSE)
            super().allContentReceived()

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(431, error_body(431, "A header line is too long.", "invalid_request"))

    def _respondToBadRequestAndDisconnect(self) -> None:
        if not self.refused:
            self.refuse(400, error_body(400, "The request is not valid HTTP.", "invalid_request"))

    def requestDone(self, request: http.Request) -> None:
        self._enter(Phase.IDLE)
        self.hold.release()
        self.persistent = self.persistent and not self.server.draining
        super().requestDone(request)
        if not self.persistent and not self.lost:
            # Twisted flushes before it closes and would wait for ever for a client that does not read.
            self.setTimeout(self.server.limits.stall_seconds)

    def refuse(self, status: int, body: bytes, headers: Headers = ()) -> None:
        """Send an error response, then read on for `linger_seconds`.

        Closing a socket with unread bytes resets it, and the client would lose the response.
        """
        self.refused = True
        if self.phase is Phase.BODY:
            self.requests[-1].content.close()
        self.hold.release()
        head = REFUSAL % (status, REASONS.get(status, b"Refused"), len(body))
        self.transport.write(head + b"".join(b"%b: %b\r\n" % field for field in headers) + b"\r\n" + body)
        self.setTimeout(self.server.limits.linger_seconds)

    def check_timeouts(self) -> None:
        """Called by the server every `check_seconds`."""
        waited = time.monotonic() - self.since
        limits = self.server.limits
        if self.refused:
            return
        if self.phase is Phase.CONNECTED and waited > limits.header_seconds:
            self._time_out()
        elif self.phase is Phase.HEADERS and waited > limits.header_seconds:
            self.refuse(408, error_body(408, "The headers did not arrive in time.", "timeout"))
        elif self.phase is Phase.BODY and waited > limits.body_window_seconds:
            if self.received_bytes < limits.body_bytes_per_second * waited:
                self.refuse(408, error_body(408, "The body arrives too slowly.", "timeout"))
            else:
                self._enter(Phase.BODY)
        elif self.phase is Phase.IDLE and waited > limits.idle_seconds:
            self._time_out()

    @property
    def idleness(self) -> tuple[Rank, float] | None:
        rank = RANKS.get(self.phase)
        return None if rank is None or not self.persistent else (rank, self.since)

    def evict(self) -> None:
        """Close for another client."""
        self.server.channels.discard(self)
        self._time_out()

    def close_if_idle(self) -> None:
        if self.phase in (Phase.CONNECTED, Phase.IDLE) or self.refused:
            self.loseConnection()

    def _time_out(self) -> None:
        self._enter(Phase.TIMED_OUT)
        self.timeoutConnection()

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.since = time.monotonic()
        self.received_bytes = 0


def _path_of(target: bytes) -> str:
    """The decoded path of a request target."""
    return unquote_to_bytes(target.partition(b"?")[0]).decode("utf-8", "replace")
