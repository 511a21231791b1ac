"""How an answer reaches its client: in one piece, made to its end, or live while somebody listens."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Protocol

from starlette.responses import Response

from core import background
from core.api.http.middleware import Receive, Scope, Send
from core.api.http.streaming import while_connected
from core.contract.errors import PolyphonyError
from core.gateway import Session

QUICK = 1.0
"""Seconds within which nobody needs to notice that a client has left: its answer is made all the same."""


SOON = 0.1
"""The same where a client that has left ends its answer."""


class Files(Protocol):
    """What a request brought; gone once closed."""

    def close(self) -> None: ...


class Whole(ABC):
    """An answer in one piece, an ASGI application of its own; the request's files are gone when it ends.

    It is made to its end even where the client leaves: whoever was asked for a whole answer bills one.
    """

    def __init__(self, session: Session, received: Files) -> None:
        self.session = session
        self._files = received

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = background.spawn(f"{self.session.request.task} {self.session.id}", self._kept())
        answer: Response | PolyphonyError | None = None
        async with while_connected(receive, QUICK):
            answer = await asyncio.shield(task)
        if isinstance(answer, PolyphonyError):
            self.name(answer)
            raise answer
        if answer is not None:
            await answer(scope, receive, send)

    @abstractmethod
    async def made(self) -> Response:
        """The answer. Raises from the error tree."""

    def name(self, error: PolyphonyError) -> None:
        """Let a failure say which request it was of, where the books know it."""
        if self.session.record.stored:
            error.metadata.setdefault("generation_id", self.session.id)

    async def _kept(self) -> Response | PolyphonyError:
        """A refusal is an answer too, and no failure of the task."""
        try:
            return await self.made()
        except PolyphonyError as error:
            return error
        finally:
            self._files.close()


class Live(Whole):
    """An answer that is sent while it is made: it stops when its client leaves."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with while_connected(receive, SOON):
                await self.answer(scope, send)
        except PolyphonyError as error:
            self.name(error)
            raise
        finally:
            self._files.close()

    @abstractmethod
    async def answer(self, scope: Scope, send: Send) -> None:
        """Send it. Raises from the error tree before anything was sent."""
