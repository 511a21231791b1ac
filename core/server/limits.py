"""What a client may demand of the server, and the errors it gets where it demands more."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from core.contract.tasks import API_PREFIXES, FACTS, Task
from core.server.connections import connection_limit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
FindSender = Callable[[str, Headers], Awaitable[str]]
"""The sender of a request by its path and headers; empty for a stranger."""

MIB = 1024 * 1024
PAGE_CAP = 5 * MIB // 2
LONG_BODY = 100_000
"""Bytes of a body that strangers may send, and that is kept in memory: more goes to disk."""
UPLOAD_PATHS = ("/api/", *(f"{prefix}/" for prefix in API_PREFIXES), "/uploads/")
CHAT_PATHS = (FACTS[Task.CHAT].path, "/responses")


def body_caps(max_upload_mb: int) -> Callable[[str], int]:
    """Most bytes of a body, by path: the API and uploads take a file of `max_upload_mb` as base64 in JSON,
    chats two of them and 16 MiB of text, all other paths a form."""
    upload = max_upload_mb * MIB * 4 // 3 + MIB
    chat = 2 * max_upload_mb * MIB * 4 // 3 + 16 * MIB

    def cap(path: str) -> int:
        if not path.startswith(UPLOAD_PATHS):
            return PAGE_CAP
        return chat if path.endswith(CHAT_PATHS) else upload

    return cap


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may demand of the server.

    `cap_for` gives the most bytes of a body by path; a body has to arrive at `body_bytes_per_second` in every
    `body_window_seconds`. A client may read nothing for `stall_seconds`; a refused connection is read on for
    `linger_seconds`. `unread_messages` and `unread_bytes` are those of a websocket that its application has
    not received. An application may go on for `disconnect_seconds` after its client has left. With more than
    `connections` an idle one is closed for every new one.
    """

    cap_for: Callable[[str], int] = field(default_factory=lambda: body_caps(50))
    stall_seconds: float = 10.0
    header_seconds: float = 10.0
    body_window_seconds: float = 60.0
    body_bytes_per_second: float = 1000.0
    linger_seconds: float = 2.0
    idle_seconds: float = 60.0
    unread_messages: int = 256
    unread_bytes: int = 4 * MIB
    message_bytes: int = MIB
    disconnect_seconds: float = 30.0
    drain_seconds: float = 30.0
    check_seconds: float = 1.0
    connections: int = field(default_factory=connection_limit)


def error_body(status: int, message: str, error_type: str, param: str | None = None) -> bytes:
    """The error envelope of the API, for errors before the API is reached."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {
        "code": status,
        "message": message,
        "type": kind,
        "param": param,
        "metadata": {"error_type": error_type},
    }
    return json.dumps({"error": error}).encode()


def too_large(cap: int) -> bytes:
    """The body of a 413; `cap` in bytes."""
    return error_body(
        413, f"The request body is larger than the {cap} bytes allowed here.", "payload_too_large"
    )


def unknown_sender() -> bytes:
    """The body of a 401."""
    return error_body(401, "A body of this length needs a valid API key or a session.", "authentication")
