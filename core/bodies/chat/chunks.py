"""An answer as server-sent `chat.completion.chunk` events, written with as little work per delta as it takes.

https://platform.openai.com/docs/api-reference/chat-streaming
https://openrouter.ai/docs/api-reference/streaming
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from core.bodies.chat.completion import OWN_FIELDS, audio_id, encoded, image_part
from core.contract.events import AnswerMetadata, AudioChunk, ChatDelta, Event, ImageReady, Started, ToolCall

GROUP = 6
"""Bytes that are whole in base64 and in 16-bit samples alike: clients join the pieces as text."""

OF_THE_END = ("native_finish_reason",)
"""What is told beside a delta and belongs to why the choice ended."""

TERMINATOR = b"data: [DONE]\n\n"
NOTHING = ChatDelta()[1:5]
"""Reasoning, transcript, calls and finish of a delta that has none of them."""


class ChunkWriter:
    """Writes the frames of one answer: `frame` for each event, then `end` or `failure`.

    What is the same in all frames is written once; a delta of text is put between two prepared ends.
    """

    def __init__(self, id: str, created: int, model: str, *, usage: bool = False) -> None:
        self._about: dict[str, Any] = {
            "id": id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._suffix = b'],"usage":null}\n\n' if usage else b"]}\n\n"
        self._tail = b'},"finish_reason":null}' + self._suffix
        self._prefix = b""
        self._heads: dict[int, bytes] = {}
        self._ended: dict[int, bytes] = {}
        self._calling: set[int] = set()
        self._audio_id: str | None = audio_id(id)
        self._expires: int | None = created
        self._rest: bytes | None = None

    def frame(self, event: Event) -> bytes:
        """The frames that tell `event`; none for what is no part of an answer."""
        if type(event) is ChatDelta:
            opening = b"" if event.choice in self._heads else self._open(event.choice)
            if event.text and event[1:5] == NOTHING and not event.extra:
                return b"".join((opening, self._heads[event.choice], orjson.dumps(event.text), self._tail))
            return opening + self._delta(event)
        if type(event) is AudioChunk:
            return self._open(0) + self._sound(event.data)
        if type(event) is ImageReady:
            return self._open(event.choice) + self._choice(event.choice, {"images": [image_part(event)]})
        if type(event) is Started:
            self._learn(provider=event.provider)
        elif type(event) is AnswerMetadata:
            self._learn(**{name: value for name, value in event.extra.items() if name not in OWN_FIELDS})
        return b""

    def end(self, usage: Mapping[str, Any]) -> bytes:
        """The rest of the sound, why each choice ended, the usage."""
        frames = [self._open(0), self._sounded()]
        for index in sorted(self._heads):
            told = self._ended.get(index)
            frames.append(told or self._finished(index, self._ending(index), {}))
        last = {**self._about, "choices": [], "usage": usage}
        return b"".join((*frames, sse_event(last), TERMINATOR))

    def failure(self, error: Mapping[str, Any], usage: Mapping[str, Any] | None) -> bytes:
        """The answer breaks off: in the words of both clients, `error` and a choice that finishes with it."""
        indexes = sorted(self._heads) or [0]
        choices = [{"index": index, "delta": {"content": ""}, "finish_reason": "error"} for index in indexes]
        last = {**self._about, "choices": choices, "error": error, **({"usage": usage} if usage else {})}
        return b"".join((self._sounded(), sse_event(last), TERMINATOR))

    def _learn(self, **about: Any) -> None:
        """Let the frames from here on tell more of the answer."""
        self._about |= {name: value for name, value in about.items() if value is not None}
        if self._heads:
            self._prepare()

    def _prepare(self) -> None:
        """Write what is the same in all frames."""
        self._prefix = b"data: " + dumps(self._about)[:-1] + b',"choices":['
        self._heads = {index: self._head(index) for index in self._heads}

    def _head(self, index: int) -> bytes:
        return self._prefix + b'{"index":%d,"delta":{"content":' % index

    def _open(self, index: int) -> bytes:
        """Who speaks, before the first that a choice says."""
        if index in self._heads:
            return b""
        if not self._heads:
            self._prepare()
        self._heads[index] = self._head(index)
        return self._choice(index, {"role": "assistant", "content": ""})

    def _choice(self, index: int, delta: Mapping[str, Any], **beside: Any) -> bytes:
        told = {"index": index, "delta": delta, "finish_reason": None, **beside}
        return self._prefix + dumps(told) + self._suffix

    def _delta(self, event: ChatDelta) -> bytes:
        beside = dict(event.extra or {})
        delta = dict(beside.pop("delta", None) or {})
        if event.text:
            delta["content"] = event.text
        if event.reasoning:
            delta["reasoning"] = event.reasoning
        if event.calls:
            self._calling.add(event.choice)
            delta["tool_calls"] = [call_chunk(call) for call in event.calls]
        self._speak(delta, event)
        if event.finish is not None:
            # what came with the end goes out with what came, where there is any: only the end has to wait
            names = OF_THE_END if delta else tuple(beside)
            last = {name: beside.pop(name) for name in names if name in beside}
            self._ended[event.choice] = self._finished(event.choice, event.finish, last)
        return self._choice(event.choice, delta, **beside) if delta or beside else b""

    def _finished(self, index: int, finish: str, beside: Mapping[str, Any]) -> bytes:
        """The last frame of a choice, kept until its sound has ended."""
        return self._choice(index, {}, **{"native_finish_reason": finish, **beside, "finish_reason": finish})

    def _ending(self, index: int) -> str:
        return "tool_calls" if index in self._calling else "stop"

    def _speak(self, delta: dict[str, Any], event: ChatDelta) -> None:
        """Names of the sound go out once: clients join them as they join its text."""
        audio = dict(delta.pop("audio", None) or {})
        if "id" in audio and self._audio_id is not None:
            self._audio_id = audio["id"]
        audio.pop("id", None)
        self._expires = audio.pop("expires_at", self._expires)
        if event.transcript:
            audio["transcript"] = event.transcript
        if audio:
            delta["audio"] = self._named(audio)

    def _named(self, audio: dict[str, Any]) -> dict[str, Any]:
        """`audio` with the sound's id, the first time."""
        if self._audio_id is None:
            return audio
        audio, self._audio_id = {"id": self._audio_id, **audio}, None
        self._rest = self._rest or b""
        return audio

    def _sound(self, data: bytes) -> bytes:
        data = (self._rest or b"") + data
        whole = len(data) - len(data) % GROUP
        self._rest = data[whole:]
        return self._choice(0, {"audio": self._named({"data": encoded(data[:whole])})}) if whole else b""

    def _sounded(self) -> bytes:
        """The last of the sound and until when its name holds."""
        if self._rest is None:
            return b""
        last = {"data": encoded(self._rest)} if self._rest else {}
        self._rest = None
        return self._choice(0, {"audio": self._named({**last, "expires_at": self._expires})})


def is_text_only(event: ChatDelta) -> bool:
    """Whether a delta of any choice is text and nothing else."""
    return bool(event.text) and event[1:5] == NOTHING and not event.extra


def call_chunk(call: ToolCall) -> dict[str, Any]:
    """A piece of a call: what it is called once, then its arguments."""
    made = "input" if call.type == "custom" else "arguments"
    inner: dict[str, Any] = {"name": call.name} if call.name else {}
    inner |= {made: call.arguments}
    named: dict[str, Any] = {"id": call.id} if call.id else {}
    if call.id or call.name:
        named["type"] = call.type
    return {"index": call.index, **named, call.type: inner}


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=decimal_to_float)


def decimal_to_float(value: Any) -> float:
    """Money as a number."""
    assert isinstance(value, Decimal)
    return float(value)


def sse_event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + dumps(value) + b"\n\n"
