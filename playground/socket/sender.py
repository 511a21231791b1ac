"""What one run says on one socket: at once while the socket takes it, else at the pace of whoever sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import coroutine
from typing import Any
from uuid import UUID

import orjson

from playground import frames
from playground.runs.log import Body

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Sender:
    """One `await` per frame and no JSON for sound, since CPU counts here.

    `take` begins to send an event without waiting. Where the server has to wait for its client, what was
    begun is kept: `send` of the same event goes on with it. The run itself never waits for a socket.
    """

    def __init__(self, send: Send, frame_id: str, run: UUID) -> None:
        self._send = send
        self._frame_id = frame_id
        self._run = str(run)
        self._channel = frames.run_number(run)
        self._before, self._behind = frames.text_delta_template(frame_id, self._run)
        self._begun: tuple[int, Awaitable[None]] | None = None

    def take(self, number: int, body: Body) -> bool:
        """Whether the socket has taken the event; if not, whoever reads the log is to `send` it."""
        if type(body) is str:  # nearly always, and then the short way
            text = f"{self._before}{orjson.dumps(body).decode()}{self._behind}{number}}}"
            sending: Any = self._send({"type": "websocket.send", "text": text})
        else:
            sending = self._send(self._message(number, body))
        try:
            waiting = sending.send(None)
        except StopIteration:
            return True
        except Exception as error:
            self._begun = number, failed(error)
        else:
            self._begun = number, resumed(sending, waiting)
        return False

    async def send(self, number: int, body: Body) -> None:
        """Raises what the server does when the client is gone."""
        begun, self._begun = self._begun, None
        if begun is not None:
            earlier, sending = begun
            await sending
            if earlier == number:  # else it was replaced in the log meanwhile
                return
        await self._send(self._message(number, body))

    def _message(self, number: int, body: Body) -> dict[str, Any]:
        if type(body) is bytes:
            return {"type": "websocket.send", "bytes": frames.audio_frame(self._channel, number, body)}
        assert not isinstance(body, bytes)
        said = frames.event_frame(self._frame_id, self._run, number, frames.event_object(body))
        return {"type": "websocket.send", "text": said}


@coroutine
def resumed(sending: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """Goes on with a coroutine that waits for `waiting` already."""
    while True:
        try:
            answer = yield waiting
        except BaseException as thrown:
            step, value = sending.throw, thrown
        else:
            step, value = sending.send, answer
        try:
            waiting = step(value)
        except StopIteration:
            return


@coroutine
def failed(error: Exception) -> Generator[Any, Any, None]:
    raise error
    yield
