"""The limits on bodies as ASGI middleware, for any server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from core.access.body_quota import BODY, BodyQuota, CountedBody
from core.contract.errors import PolyphonyError
from core.server.limits import (
    LONG_BODY,
    Application,
    FindSender,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    too_large,
    unknown_sender,
)

LINGER_SECONDS = 2.0


class Answer(NamedTuple):
    """An error response before the API is reached."""

    status: int
    body: bytes
    headers: Headers = ()


def no_room(error: PolyphonyError) -> Answer:
    """The response to a body that is over a quota."""
    headers = ((b"retry-after", b"%d" % (error.retry_after or 1)),)
    return Answer(error.status, json.dumps({"error": error.envelope()}).encode(), headers)


async def refuse(
    send: Send, status: int, body: bytes, headers: Headers = (), receive: Receive | None = None
) -> None:
    """Send an error response after which the connection is closed.

    Where there is `receive`, a body that still arrives is read on for `LINGER_SECONDS` and dropped: closing a
    socket with unread bytes resets it, and the client would lose the response.
    """
    fields = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": receive is not None})
    if receive is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body"):
                    pass
        await send({"type": "http.response.body", "body": b""})


class BodyLimit:
    """Refuses bodies over `cap_for(path)` bytes with a 413, by their declared length or by counting; long
    bodies of strangers with a 401, and those for which `quota` has no room with a 429 or 503."""

    def __init__(
        self,
        app: Application,
        cap_for: Callable[[str], int],
        find_sender: FindSender | None = None,
        quota: BodyQuota | None = None,
    ) -> None:
        self.app = app
        self.cap_for = cap_for
        self.find_sender = find_sender
        self.quota = quota

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cap, length = self.cap_for(scope["path"]), _declared_length(scope)
        if length and length <= min(LONG_BODY, cap):
            # the server itself cuts a body off at its declared length
            await self.app(scope, receive, send)
            return
        counter = _BodyCounter(cap, receive, send)
        if (answer := counter.check(length or 0)) is not None:
            await counter.refuse(answer)
        elif (length is not None and length <= LONG_BODY) or BODY in scope or self.find_sender is None:
            await self._run(scope, counter)
        elif sender := await self.find_sender(scope["path"], scope["headers"]):
            await self._run_counted(scope, counter, sender, length or 0)
        else:
            await counter.refuse(Answer(401, unknown_sender()))

    async def _run_counted(self, scope: Scope, counter: _BodyCounter, sender: str, length: int) -> None:
        if self.quota is None:
            await self._run(scope, counter)
            return
        body = CountedBody(self.quota, sender)
        hold = body.hold()
        counter.body = body
        try:
            if (answer := counter.check(length)) is not None:
                await counter.refuse(answer)
            else:
                await self._run({**scope, BODY: body}, counter)
        finally:
            hold.release()

    async def _run(self, scope: Scope, counter: _BodyCounter) -> None:
        try:
            await self.app(scope, counter.receive, counter.send)
        except Exception:
            # The application may fail on the early disconnect; the client has its response already.
            if not counter.refused:
                raise


def _declared_length(scope: Scope) -> int | None:
    """Bytes of the body; None for one in chunks, which may be long."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
        if name == b"transfer-encoding":
            return None
    return 0


class _BodyCounter:
    """Counts what an application receives; over a limit it gets a disconnect and the client a refusal."""

    def __init__(self, cap: int, receive: Receive, send: Send) -> None:
        self.cap = cap
        self.body: CountedBody | None = None
        self.refused = False
        self._size = 0
        self._started = False
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        if self.refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._size += len(message.get("body", b""))
        answer = self.check(self._size)
        if answer is None:
            return message
        await self.refuse(answer)
        return {"type": "http.disconnect"}

    def check(self, size: int) -> Answer | None:
        """Count a body of at least `size` bytes; the refusal where that is too many."""
        if size > self.cap:
            return Answer(413, too_large(self.cap))
        try:
            if self.body is not None:
                self.body.grow(size)
        except PolyphonyError as error:
            return no_room(error)
        return None

    async def send(self, message: Message) -> None:
        if self.refused:
            return
        self._started = True
        await self._send(message)

    async def refuse(self, answer: Answer) -> None:
        self.refused = True
        if not self._started:
            await refuse(self._send, *answer, self._receive)
