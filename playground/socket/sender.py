"""Sends the events of one run to one socket: at once where the server accepts it, else when it is ready."""

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
    """Written for little CPU per frame: one `await`, and no JSON for audio.

    `take` starts to send an event without waiting. Where the server has to wait for its client, the started
    coroutine is kept and `send` of the same event continues it. The run itself never waits for a socket.
    """

    def __init__(self, send: Send, frame_id: str, run: UUID) -> None:
        self._send = send
        self._frame_id = frame_id
        self._run = str(run)
        self._run_number = frames.run_number(run)
        self._before, self._behind = frames.text_delta_template(frame_id, self._run)
        self._pending: tuple[int, Awaitable[None]] | None = None

    def take(self, number: int, body: Body) -> bool:
        """Whether the event is sent; if not, the reader of the log has to `send` it."""
        if type(body) is str:  # most events
            text = f"{self._before}{orjson.dumps(body).decode()}{self._behind}{number}}}"
            sending: Any = self._send({"type": "websocket.send", "text": text})
        else:
            sending = self._send(self._message(number, body))
        try:
            waiting = sending.send(None)
        except StopIteration:
            return True
        except Exception as error:
            self._pending = number, failed(error)
        else:
            self._pending = number, resumed(sending, waiting)
        return False

    async def send(self, number: int, body: Body) -> None:
        """Raises what the server raises when the client is gone."""
        pending, self._pending = self._pending, None
        if pending is not None:
            earlier, sending = pending
            await sending
            if earlier == number:  # else the log has replaced the event meanwhile
                return
        await self._send(self._message(number, body))

    def _message(self, number: int, body: Body) -> dict[str, Any]:
        if type(body) is bytes:
            return {"type": "websocket.send", "bytes": frames.audio_frame(self._run_number, number, body)}
        assert not isinstance(body, bytes)
        text = frames.event_frame(self._frame_id, self._run, number, frames.event_object(body))
        return {"type": "websocket.send", "text": text}


@coroutine
def resumed(sending: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """Continues a coroutine that already waits for `waiting`."""
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
