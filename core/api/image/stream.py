"""Pictures as server-sent events, unfinished ones before them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, ClassVar

from core import background
from core.api.files.image_upload import ImageUpload
from core.api.http.json_pieces import JSONPieces
from core.api.http.middleware import Receive, Scope, Send
from core.api.http.responders import STREAM_GRACE
from core.api.http.streaming import EVENT_STREAM, ResponseStream, while_connected
from core.api.image.answer import ImageResponder, RouterImageResponder, no_image
from core.api.image.client import Client
from core.bodies.image.events import ImageEventWriter
from core.contract.errors import PolyphonyError
from core.contract.events import Started
from core.gateway import Session

log = logging.getLogger("polyphony.api")

TERMINATOR = b"data: [DONE]\n\n"


class ImageEventResponder(ImageResponder):
    """A failure after the first event is an event too. OpenAI's streams of pictures have no `[DONE]`.

    The pictures are finished even where the client leaves, as those in one piece are: the provider draws and
    charges them whole, and says only at the end what they cost.

    `prefix` is that of the types of events, by the mode of the request where it is empty.
    """

    prefix: ClassVar[str] = ""
    terminator: ClassVar[bytes] = b""

    def __init__(self, session: Session, upload: ImageUpload, base: str, seconds: int = 0) -> None:
        super().__init__(session, upload, base, seconds)
        self.writer = ImageEventWriter(self.request, self.created, self.prefix)
        self.started: Started | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = Client(send)
        task = background.spawn(f"{self.session.request.task} {self.session.id}", self._streamed(client))
        failure: PolyphonyError | None = None
        try:
            async with while_connected(receive, STREAM_GRACE):
                failure = await asyncio.shield(task)
        finally:
            client.leave()
        if failure is not None:
            self.add_facts(failure)
            raise failure

    async def _streamed(self, client: Client) -> PolyphonyError | None:
        """Send the events; the error that is left to be answered, where nothing has been sent."""
        try:
            await self.stream(client.send)
        except PolyphonyError as error:
            return error
        finally:
            self._files.close()
        return None

    async def stream(self, send: Send) -> None:
        stream = ResponseStream(send)
        stream.keep_alive(lambda: self.start(stream))
        try:
            await self.relay(stream)
            if not self.writer.has_image:
                raise no_image()
            await self.write(stream, self.writer.end(self.usage()))
        except PolyphonyError as error:
            if not stream.started and not self.writer.has_image:
                raise
            log.warning("image %s was cut: %s", self.session.id, error.provider_code)
            self.add_facts(error)
            if self.writer.has_image:  # a whole picture, which has been paid for
                await self.write(stream, self.writer.end(self.usage()))
            await self.write(stream, {"type": "error", "error": self.error(error)})
        finally:
            stream.stop_keep_alive()
        if self.terminator:
            await stream.write(self.terminator)
        await stream.end()

    async def relay(self, stream: ResponseStream) -> None:
        """Write the events as they come."""
        async with aclosing(self.session.events()) as events:
            async for event in events:
                if isinstance(event, Started):
                    self.started = event
                for value in self.writer.note(event):
                    await self.write(stream, value)

    async def start(self, stream: ResponseStream) -> None:
        if not stream.started:
            await stream.start(self.headers(EVENT_STREAM, self.started))

    async def write(self, stream: ResponseStream, value: Mapping[str, Any]) -> None:
        """One event, its base64 in pieces."""
        await self.start(stream)
        before = b"event: " + value["type"].encode() + b"\ndata: "
        for piece in JSONPieces(value, before, b"\n\n"):
            await stream.write(piece)

    def error(self, error: PolyphonyError) -> Mapping[str, Any]:
        return error.envelope()


class RouterImageEventResponder(ImageEventResponder, RouterImageResponder):
    """OpenRouter's events: one prefix for all, a `code` of an error that is a string, `[DONE]`."""

    prefix = "image_generation"
    terminator = TERMINATOR

    def error(self, error: PolyphonyError) -> Mapping[str, Any]:
        return {**error.envelope(), "code": error.provider_code}
