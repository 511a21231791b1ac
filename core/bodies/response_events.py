"""A response as server-sent events: each has a name, a type and a number that grows.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson

from core.bodies.chunks import dumps, is_plain
from core.bodies.response_items import Message, Told
from core.bodies.response_object import Answer
from core.contract.events import ChatDelta, Event

DELTA = b"response.output_text.delta"


class ResponseEvents:
    """Writes the frames of one response: `opening` first, `frame` for each event, then `end` or `failure`.

    Words of a message that is open already are put between two prepared ends.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._output = answer.output
        self._number = 0
        self._opened = False
        self._speaking: Message | None = None
        self._head = b""

    def opening(self) -> bytes:
        """That the response has begun; nothing the second time."""
        if self._opened:
            return b""
        self._opened = True
        begun = {"response": self._answer.told(output=[])}
        return self._written([("response.created", begun), ("response.in_progress", begun)])

    def frame(self, event: Event) -> bytes:
        """The frames that tell `event`; none for what is no part of an answer."""
        if type(event) is ChatDelta:
            message = self._output.speaking
            if message is not None and message is self._speaking and event.choice == 0 and is_plain(event):
                return self._words(message, event.text)
        told = self._answer.note(event)
        return self.opening() + self._written(told) if told else b""

    def end(self, usage: Mapping[str, Any]) -> bytes:
        """The ends of what is open, then the whole response."""
        frames = self.opening() + self._written(self._output.end())
        response = self._answer.ended(usage, int(time.time()))
        return frames + self._written([(f"response.{response['status']}", {"response": response})])

    def failure(self, error: Mapping[str, Any], usage: Mapping[str, Any] | None) -> bytes:
        """The answer breaks off: an `error`, then the response with what there is of it."""
        told = {
            "code": error["metadata"]["provider_code"],
            "message": error["message"],
            "param": error["param"],
            "metadata": error["metadata"],
        }
        failed = {"response": self._answer.failed(error, usage)}
        return self.opening() + self._written([("error", told), ("response.failed", failed)])

    def _words(self, message: Message, text: str) -> bytes:
        message.parts[-1].words.append(text)
        number, self._number = self._number, self._number + 1
        return b"".join((self._head, orjson.dumps(text), b',"sequence_number":%d}\n\n' % number))

    def _written(self, told: list[Told]) -> bytes:
        frames = []
        for kind, said in told:
            body = dumps({"type": kind, **said, "sequence_number": self._number})
            frames.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), body))
            self._number += 1
        self._prepare()
        return b"".join(frames)

    def _prepare(self) -> None:
        """What a delta of words begins with, once a message of words alone is open."""
        message = self._output.speaking
        if message is self._speaking:
            return
        words = message is not None and [part.kind for part in message.parts] == ["output_text"]
        self._speaking = message if words else None
        if words and message is not None:
            place = {"type": DELTA.decode(), **message.parts[-1].place, "logprobs": []}
            self._head = b"event: %b\ndata: %b" % (DELTA, dumps(place)[:-1] + b',"delta":')
