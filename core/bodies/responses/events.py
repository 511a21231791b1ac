"""A response as server-sent events: each has a name, a type and a number that grows.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson

from core.bodies.chat.chunks import dumps, is_text_only
from core.bodies.responses.items import MessageItem, OutputEvent, OutputPart
from core.bodies.responses.response import ResponseBuilder
from core.contract.events import ChatDelta, Event

DELTA = "response.output_text.delta"


class ResponseEventWriter:
    """Writes the frames of one response: `opening` first, `frame` for each event, then `end` or `failure`.

    Words of a message that is open already are put between two prepared ends.
    """

    def __init__(self, answer: ResponseBuilder) -> None:
        self._answer = answer
        self._output = answer.output
        self._number = 0
        self._opened = False
        self._speaking: MessageItem | None = None
        self._part: OutputPart | None = None
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
            part = self._part if self._output.speaking is self._speaking else None
            if part is not None and event.choice == 0 and is_text_only(event):
                return self._words(part, event.text)
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

    def _words(self, part: OutputPart, text: str) -> bytes:
        part.words.append(text)
        number, self._number = self._number, self._number + 1
        return b"".join((self._head, orjson.dumps(text), b',"sequence_number":%d}\n\n' % number))

    def _written(self, told: list[OutputEvent]) -> bytes:
        frames = []
        for kind, said in told:
            body = dumps({"type": kind, **said, "sequence_number": self._number})
            frames.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), body))
            self._number += 1
        self._prepare()
        return b"".join(frames)

    def _prepare(self) -> None:
        """What a delta of words begins with, once a message has begun with words."""
        message = self._output.speaking
        if message is self._speaking:
            return
        self._speaking = message
        self._part = message.parts[0] if message is not None and message.parts[0].kind != "refusal" else None
        if self._part is not None:
            said = {"type": DELTA, **self._part.place, "logprobs": []}
            self._head = b"event: %b\ndata: %b" % (DELTA.encode(), dumps(said)[:-1] + b',"delta":')
