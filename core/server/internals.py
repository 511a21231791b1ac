"""The undocumented parts of Twisted, Autobahn and Daphne that this package uses.

None of them is a public interface, so `pyproject.toml` has an upper bound for each of the three, and
`tests/core/server/test_internals.py` names every part that an installed version lacks. Attributes that only
instances have are read by the functions below and nowhere else.
"""

from __future__ import annotations

from core.server import event_loop as event_loop  # isort: skip - before Daphne

from typing import Any

import daphne.http_protocol
import daphne.server
import daphne.ws_protocol
from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.util import encode_truncate
from twisted.web import http

CLOSE_REASON_BYTES = 123
"""What a close frame has room for beside the code (RFC 6455, section 5.5)."""

TWISTED: dict[type, tuple[str, ...]] = {
    http.HTTPChannel: (
        "_respondToBadRequestAndDisconnect",
        "abortTimeout",
        "allContentReceived",
        "allHeadersReceived",
        "connectionLost",
        "connectionMade",
        "dataReceived",
        "headerReceived",
        "length",
        "lineLengthExceeded",
        "lineReceived",
        "loseConnection",
        "persistent",
        "rawDataReceived",
        "requestDone",
        "requestFactory",
        "setTimeout",
        "timeoutConnection",
    ),
    http.Request: (
        "content",
        "finish",
        "finished",
        "gotLength",
        "handleContentChunk",
        "method",
        "process",
        "producer",
        "registerProducer",
        "unregisterProducer",
        "write",
    ),
    http.HTTPFactory: ("buildProtocol", "timeOut"),
}
AUTOBAHN: dict[type, tuple[str, ...]] = {
    WebSocketServerProtocol: (
        "STATE_CLOSED",
        "STATE_CONNECTING",
        "STATE_OPEN",
        "connectionLost",
        "connectionMade",
        "failHandshake",
        "onClose",
        "onConnect",
        "registerProducer",
        "sendCloseFrame",
        "unregisterProducer",
    ),
}
DAPHNE: dict[type, tuple[str, ...]] = {
    daphne.server.Server: (
        "application_checker",
        "create_application",
        "handle_reply",
        "kill_all_applications",
        "listen_error",
        "listen_success",
        "protocol_connected",
        "protocol_disconnected",
        "run",
        "stop",
        "timeout_checker",
    ),
    daphne.http_protocol.WebRequest: (
        "basic_error",
        "check_timeouts",
        "handle_exception",
        "handle_reply",
        "process",
    ),
    daphne.http_protocol.HTTPFactory: ("acceptableProtocols", "buildProtocol"),
    daphne.ws_protocol.WebSocketProtocol: (
        "check_timeouts",
        "handle_reply",
        "onClose",
        "onConnect",
        "serverReject",
    ),
    daphne.ws_protocol.WebSocketFactory: ("buildProtocol",),
}
"""Class -> its methods and class attributes that are overridden, called or set."""


def request_target(channel: http.HTTPChannel) -> bytes:
    """Path and query of the request line until the body is complete; nothing public has them."""
    return channel._path


def is_framed(channel: http.HTTPChannel) -> bool:
    """Whether it is beyond doubt where the body ends; Twisted has refused a length beside chunks already."""
    encodings = channel.requests[-1].requestHeaders.getRawHeaders(b"Transfer-Encoding")
    if not encodings:
        return True
    return channel._version == b"HTTP/1.1" and [value.lower() for value in encodings] == [b"chunked"]


def has_bare_line_feed(channel: http.HTTPChannel) -> bool:
    """Whether the line that is being received has a line feed already, one without a carriage return."""
    if channel.line_mode:
        return b"\n" in channel._buffer
    decoder = channel._transferDecoder
    return getattr(decoder, "state", "") in ("CHUNK_LENGTH", "TRAILER") and b"\n" in decoder._buffer


def has_started(request: daphne.http_protocol.WebRequest) -> bool:
    """Whether the status of the response has been sent."""
    return request._response_started


def close_unused_loop() -> None:
    """Close the event loop that Daphne creates at its import, for which there is no use beside ours."""
    daphne.server.twisted_loop.close()


def send_close(protocol: WebSocketServerProtocol, code: int, reason: str) -> None:
    """Send a close frame with any code: the public `sendClose` refuses 1008 and 1012."""
    protocol.sendCloseFrame(code=code, reasonUtf8=encode_truncate(reason, CLOSE_REASON_BYTES))


def sent_close_code(protocol: WebSocketServerProtocol) -> int | None:
    """The code of the close frame that was sent; None where the client closed first."""
    return protocol.localCloseCode


def is_awaiting_accept(protocol: daphne.ws_protocol.WebSocketProtocol) -> bool:
    """Whether the application has neither accepted nor rejected the websocket."""
    return protocol.state == protocol.STATE_CONNECTING and hasattr(protocol, "handshake_deferred")


def server_of(factory: Any) -> Any:
    """The server of a `daphne.ws_protocol.WebSocketFactory`, an object in spite of the attribute's name."""
    return factory.server_class
