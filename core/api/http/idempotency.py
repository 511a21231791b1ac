"""`Idempotency-Key`: a POST that is sent again gets the answer of the first one and is not charged again.

The claim is made when the whole body is here and before anything is admitted. A second request waits for the
first; the work of the first goes on where its client leaves. Refusals, and failures that cost nothing, are
not kept: after them the next request does the work.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from starlette.requests import Request
from starlette.responses import Response

from core import background, idempotency
from core.api.http.authentication import authenticate
from core.api.http.json_response import error_response
from core.api.http.middleware import Application, Message, Receive, Scope, Send
from core.api.http.streaming import while_connected
from core.contract.errors import (
    IdempotencyConflict,
    IdempotencyMismatch,
    InvalidRequest,
    PolyphonyError,
    Unavailable,
)
from core.idempotency import LARGEST, Answer
from core.image_files import renewal
from core.ledger.store import heartbeat
from core.models.offload import offload

log = logging.getLogger("polyphony.api")

HEADER, REPLAYED = b"idempotency-key", "Idempotent-Replayed"
LONGEST_KEY = 255
WAIT = 30.0
"""Seconds that a request waits for the one before it."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two looks at the claim of another request."""
MOST_WAITING = 100
"""Requests of one process that wait; more are told to come again."""
GRACE = 0.1
"""Seconds before an answer watches for a disconnect."""


class Replay(Exception):
    """Ends the work of a handler: there is an answer already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def has_key(scope: Scope) -> bool:
    return any(name == HEADER for name, _ in scope["headers"])


def key_of(scope: Scope) -> str:
    """The key. Raises `InvalidRequest`."""
    values = [value for name, value in scope["headers"] if name == HEADER]
    key = values[0].decode("latin-1").strip()
    if len(values) > 1 or not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidRequest(
            f"Idempotency-Key is one word of at most {LONGEST_KEY} ASCII characters.",
            param="Idempotency-Key",
            code="invalid_idempotency_key",
        )
    return key


async def answer_once(handler: Any, request: Request, path: str) -> Application:
    """The application that answers: the handler's own, whose answer is kept, or the kept answer.

    Raises what `handler` raises, `IdempotencyMismatch` for a key of another body, `IdempotencyConflict` while
    the first request takes too long, and for answers that cannot be repeated.
    """
    key = key_of(request.scope)
    caller = await authenticate(request)
    content_type = request.headers.get("content-type", "")
    claim = Claim(caller.user_id, key, BodyDigest(path, content_type), request.receive)
    try:
        responder = await handler(Request(request.scope, claim.receive))
    except Replay as replay:
        return kept_response(await with_addresses(replay.answer))
    except BaseException:
        await claim.release()
        raise
    return OnceResponder(responder, claim) if claim.held else responder


class BodyDigest:
    """The digest of a body and its path. The boundary of a form is left out: clients that send a form again
    choose another one."""

    def __init__(self, path: str, content_type: str) -> None:
        kind, _, parameters = content_type.partition(";")
        name, _, boundary = parameters.strip().partition("=")
        self._boundary = boundary.strip('"').encode() if name.lower() == "boundary" else b""
        self._tail = b""
        self._hash = hashlib.sha256(f"{path}\n{kind.strip().lower()}\n".encode())

    def update(self, data: bytes) -> None:
        if not self._boundary:
            self._hash.update(data)
            return
        data = (self._tail + data).replace(self._boundary, b"")
        cut = max(0, len(data) - len(self._boundary) + 1)
        self._hash.update(data[:cut])
        self._tail = data[cut:]

    def end(self) -> str:
        self._hash.update(self._tail)
        return self._hash.hexdigest()


waiting = 0
"""Requests of this process that wait for another one."""


class Claim:
    """The claim of one request; it is made when the last part of the body has been received."""

    def __init__(self, user_id: int, key: str, digest: BodyDigest, receive: Receive) -> None:
        self.user_id = user_id
        self.key = key
        self.held = False
        self._digest = digest
        self._receive = receive
        self._whole = False

    async def receive(self) -> Message:
        """The next part of the body. Raises `Replay`, and as `answer_once` does."""
        message = await self._receive()
        if message["type"] == "http.request" and not self._whole:
            self._digest.update(message.get("body", b""))
            if not message.get("more_body", False):
                self._whole = True
                await self.take(self._digest.end())
        return message

    async def take(self, digest: str) -> None:
        """Claim the work, if need be after the request that has it."""
        pause, until = FIRST_PAUSE, time.monotonic() + WAIT
        while True:
            found = await stored(idempotency.claim, self.user_id, self.key, digest, heartbeat.token())
            if found is None:
                self.held = True
                return
            if found.digest != digest:
                raise IdempotencyMismatch("This Idempotency-Key was used for another request.")
            if found.answer is not None:
                raise Replay(found.answer)
            if time.monotonic() >= until or waiting >= MOST_WAITING:
                raise IdempotencyConflict(
                    "The first request with this key is not answered yet.", retry_after=1
                )
            await pause_of(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def finish(self, answer: Answer, size: int) -> None:
        await self._settle(idempotency.finish, answer, size)

    async def release(self) -> None:
        if self.held:
            await self._settle(idempotency.release)

    async def _settle(self, work: Any, *arguments: Any) -> None:
        """End the claim, even where the caller is cancelled meanwhile."""
        self.held = False
        task = background.spawn("idempotency", offload(work, self.user_id, self.key, *arguments))
        try:
            await asyncio.shield(task)
        except DatabaseError as error:
            log.warning("the answer of an idempotent request was not kept: %s", type(error).__name__)


async def pause_of(seconds: float) -> None:
    global waiting
    waiting += 1
    try:
        await asyncio.sleep(seconds)
    finally:
        waiting -= 1


async def stored(work: Any, *arguments: Any) -> Any:
    """The result of database work. Raises `Unavailable` without a database: nothing may be sent then."""
    try:
        return await offload(work, *arguments)
    except DatabaseError as error:
        raise Unavailable("The database cannot be reached.", code="no_database") from error


async def with_addresses(answer: Answer) -> Answer:
    """The answer with addresses of its pictures that last from now."""
    if answer.body is None or not renewal.has_addresses(answer.body):
        return answer
    body = await offload(renewal.renewed, answer.body)
    headers = [(name, value) for name, value in answer.headers if name != "content-length"]
    return Answer(answer.status, headers, body)


def kept_response(answer: Answer) -> Response:
    """The answer again. Raises `IdempotencyConflict` where it was not whole, or too large."""
    if not answer.status:
        raise IdempotencyConflict(
            "The first answer broke off and may have been charged: use another key.",
            code="idempotency_incomplete",
        )
    if answer.body is None:
        raise IdempotencyConflict(
            f"The first answer had more than {LARGEST:,} bytes and was not kept: use another key.",
            code="idempotency_too_large",
        )
    response = Response(answer.body, answer.status)
    length = [(name, value) for name, value in response.raw_headers if name == b"content-length"]
    response.raw_headers = [
        *((name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers),
        *(length if not any(name == "content-length" for name, _ in answer.headers) else ()),
        (REPLAYED.lower().encode(), b"true"),
    ]
    return response


class OnceResponder:
    """Sends an answer and keeps it: whole, even where the client leaves."""

    def __init__(self, responder: Any, claim: Claim) -> None:
        self.responder = responder
        self.claim = claim

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        recording = Recording(send)
        task = background.spawn("idempotent request", self.run(scope, recording))
        failure: Exception | None = None
        try:
            async with while_connected(receive, GRACE):
                failure = await asyncio.shield(task)
        finally:
            recording.client_left = True
        if failure is not None:
            raise failure

    async def run(self, scope: Scope, recording: Recording) -> Exception | None:
        """Answer, and keep what was answered; the error that has to reach the server, if there is one."""
        failure: Exception | None = None
        try:
            await self.responder(scope, still_connected, recording.send)
        except PolyphonyError as error:
            if recording.status:
                failure = error
            else:
                await error_response(error)(scope, still_connected, recording.send)
        except Exception as error:
            failure = error
        finally:
            await self.keep(recording)
        return failure

    async def keep(self, recording: Recording) -> None:
        session = getattr(self.responder, "session", None)
        charged = session is not None and session.record.charged
        if recording.whole and (recording.status < 400 or charged):
            await self.claim.finish(recording.answer(), recording.size)
        elif charged:
            await self.claim.finish(Answer(0, (), b""), 0)
        else:
            await self.claim.release()


async def still_connected() -> Mapping[str, Any]:
    """What a responder hears of its client: nothing."""
    await asyncio.Event().wait()
    raise AssertionError


class Recording:
    """Passes messages on while the client is there, and keeps them, as far as they are not too many."""

    def __init__(self, send: Send) -> None:
        self.client_left = False
        self.whole = False
        self.status = 0
        self.size = 0
        self._send = send
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            ]
        else:
            self.note(message.get("body", b""))
            self.whole = not message.get("more_body", False)
        if not self.client_left:
            await self._send(message)

    def note(self, data: bytes) -> None:
        self.size += len(data)
        if self.size <= LARGEST:
            self._parts.append(bytes(data))
        else:
            self._parts.clear()

    def answer(self) -> Answer:
        return Answer(self.status, self._headers, b"".join(self._parts) if self.size <= LARGEST else None)
