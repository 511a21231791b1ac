"""How a response reaches its client: complete, even where the client leaves, or streamed while it stays."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Protocol

from starlette.responses import Response

from core import background
from core.api.http.answer_cache import cache_status
from core.api.http.middleware import Receive, Scope, Send
from core.api.http.streaming import while_connected
from core.contract.errors import PolyphonyError
from core.gateway import Session

COMPLETE_GRACE = 1.0
"""Seconds before a complete response watches for a disconnect: it is finished all the same."""

STREAM_GRACE = 0.1
"""The same for a streamed response, which a disconnect ends."""


class Closable(Protocol):
    """The files of a request; `close` deletes them."""

    def close(self) -> None: ...


class CompleteResponder(ABC):
    """A response in one piece, an ASGI application; the request's files are deleted when it ends.

    It is finished even where the client disconnects: the provider charges for the complete result.
    """

    def __init__(self, session: Session, files: Closable) -> None:
        self.session = session
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = background.spawn(f"{self.session.request.task} {self.session.id}", self._outcome())
        outcome: Response | PolyphonyError | None = None
        async with while_connected(receive, COMPLETE_GRACE):
            outcome = await asyncio.shield(task)
        if isinstance(outcome, PolyphonyError):
            self.add_facts(outcome)
            raise outcome
        if outcome is not None:
            await outcome(scope, receive, send)

    @abstractmethod
    async def response(self) -> Response:
        """The response. Raises from the error tree."""

    def add_facts(self, error: PolyphonyError) -> None:
        """Put into the error's metadata the request's id, where it has a usage record, and the status of the
        cache, where that was asked."""
        if self.session.record.stored:
            error.metadata.setdefault("generation_id", self.session.id)
        if status := cache_status(self.session):
            error.metadata["cache_status"] = status

    async def _outcome(self) -> Response | PolyphonyError:
        """The response, or the error returned: the background task has not failed by it."""
        try:
            return await self.response()
        except PolyphonyError as error:
            return error
        finally:
            self._files.close()


class StreamingResponder(CompleteResponder):
    """A response sent while it is generated; it stops when the client disconnects."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with while_connected(receive, STREAM_GRACE):
                await self.stream(scope, send)
        except PolyphonyError as error:
            self.add_facts(error)
            raise
        finally:
            self._files.close()

    @abstractmethod
    async def stream(self, scope: Scope, send: Send) -> None:
        """Send it. Raises from the error tree while nothing has been sent."""
