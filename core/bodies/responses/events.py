"""A response as server-sent events: each has a name, a type and a sequence number.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson

from core.bodies.chat.chunks import dumps, is_text_only
from core.bodies.chat.usage import ChatUsageDict
from core.bodies.responses.items import MessageItem, MessageItemPart, OutputEvent
from core.bodies.responses.response import ResponseBuilder
from core.contract.events import ChatDelta, Event

DELTA = "response.output_text.delta"


class ResponseEventWriter:
    """Renders one response as frames: `opening` first, `frame` for each event, then `end` or `failure`.

    A text delta of an open message, the most frequent event, is written between bytes prepared once.
    """

    def __init__(self, response: ResponseBuilder) -> None:
        self._response = response
        self._output = response.output
        self._number = 0
        self._opened = False
        self._message: MessageItem | None = None
        self._part: MessageItemPart | None = None
        self._head = b""

    def opening(self) -> bytes:
        """The first events of the response; nothing the second time."""
        if self._opened:
            return b""
        self._opened = True
        fields = {"response": self._response.render(output=[])}
        return self._events([("response.created", fields), ("response.in_progress", fields)])

    def frame(self, event: Event) -> bytes:
        """The frames of an event; none for an event that is no part of an answer."""
        if type(event) is ChatDelta:
            part = self._part if self._output.open_message is self._message else None
            if part is not None and event.choice == 0 and is_text_only(event):
                return self._text_delta(part, event.text)
        noted = self._response.note(event)
        return self.opening() + self._events(noted) if noted else b""

    def answered_by(self, model: str) -> None:
        self._response.answered_by(model)

    def end(self, usage: ChatUsageDict) -> bytes:
        """The last events of the open items, then the whole response."""
        frames, response = self.finish(usage)
        return frames + self.completed(response)

    def finish(self, usage: ChatUsageDict) -> tuple[bytes, dict[str, Any]]:
        """The last events of the open items, and the whole response that `completed` is to send."""
        frames = self.opening() + self._events(self._output.end())
        return frames, self._response.complete(usage, int(time.time()))

    def completed(self, response: Mapping[str, Any]) -> bytes:
        return self._events([(f"response.{response['status']}", {"response": response})])

    def failure(self, error: Mapping[str, Any], usage: ChatUsageDict | None) -> bytes:
        """The answer broke off: an `error`, then the failed response with its output so far.

        `error` is `PolyphonyError.envelope()`.
        """
        fields = {
            "code": error["metadata"]["provider_code"],
            "message": error["message"],
            "param": error["param"],
            "metadata": error["metadata"],
        }
        failed = {"response": self._response.fail(error, usage)}
        return self.opening() + self._events([("error", fields), ("response.failed", failed)])

    def _text_delta(self, part: MessageItemPart, text: str) -> bytes:
        part.texts.append(text)
        number, self._number = self._number, self._number + 1
        return b"".join((self._head, orjson.dumps(text), b',"sequence_number":%d}\n\n' % number))

    def _events(self, events: list[OutputEvent]) -> bytes:
        frames = []
        for kind, fields in events:
            body = dumps({"type": kind, **fields, "sequence_number": self._number})
            frames.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), body))
            self._number += 1
        self._prepare()
        return b"".join(frames)

    def _prepare(self) -> None:
        """Prepare the beginning of text deltas, once a message is open whose first part is text."""
        message = self._output.open_message
        if message is self._message:
            return
        self._message = message
        self._part = message.parts[0] if message is not None and message.parts[0].kind != "refusal" else None
        if self._part is not None:
            fields = {"type": DELTA, **self._part.place, "logprobs": []}
            self._head = b"event: %b\ndata: %b" % (DELTA.encode(), dumps(fields)[:-1] + b',"delta":')
