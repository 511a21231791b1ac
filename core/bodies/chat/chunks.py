"""A chat as server-sent `chat.completion.chunk` events.

Text deltas are most of them and are written between prepared bytes, without building an object for each.

https://platform.openai.com/docs/api-reference/chat-streaming
https://openrouter.ai/docs/api-reference/streaming
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from core.bodies.chat.completion import OWN_FIELDS, audio_id, image_part, to_base64
from core.bodies.chat.usage import ChatUsageDict
from core.contract.events import AnswerMetadata, AudioChunk, ChatDelta, Event, ImageReady, Started, ToolCall

GROUP = 6
"""Audio is sent in multiples of 6 bytes, whole in base64 (3) and in 16-bit samples (2): clients join the
base64 of the chunks as text."""

FINISH_FIELDS = ("native_finish_reason",)
"""Fields beside a delta that belong to its `finish_reason`."""

TERMINATOR = b"data: [DONE]\n\n"
TEXT_ONLY = ChatDelta()[1:5]
"""Reasoning, transcript, calls and finish of a delta that has none of them."""


class ChunkWriter:
    """Renders one answer as frames: `frame` for each event, then `end` or `failure`.

    The JSON before a text (`_heads`, by choice) and after it (`_tail`) is rendered once. The last chunk of a
    choice (`_finish_chunks`) is held back until the audio has ended. `usage` is whether the client asked for
    a usage chunk; the other chunks then have a `usage` of null.
    """

    def __init__(self, id: str, created: int, model: str, *, usage: bool = False) -> None:
        self._fields: dict[str, Any] = {
            "id": id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._asked = usage
        self._suffix = b'],"usage":null}\n\n' if usage else b"]}\n\n"
        self._tail = b'},"finish_reason":null}' + self._suffix
        self._prefix = b""
        self._heads: dict[int, bytes] = {}
        self._finish_chunks: dict[int, bytes] = {}
        self._choices_with_calls: set[int] = set()
        self._audio_id: str | None = audio_id(id)
        self._expires: int | None = created
        self._audio_rest: bytes | None = None

    def frame(self, event: Event) -> bytes:
        """The frames of an event; none for an event that is no part of an answer."""
        if type(event) is ChatDelta:
            opening = b"" if event.choice in self._heads else self._open(event.choice)
            if event.text and event[1:5] == TEXT_ONLY and not event.extra:
                return b"".join((opening, self._heads[event.choice], orjson.dumps(event.text), self._tail))
            return opening + self._chat_delta(event)
        if type(event) is AudioChunk:
            return self._open(0) + self._audio_chunk(event.data)
        if type(event) is ImageReady:
            return self._open(event.choice) + self._choice(event.choice, {"images": [image_part(event)]})
        if type(event) is Started:
            self._set_fields(provider=event.provider)
        elif type(event) is AnswerMetadata:
            self._set_fields(**{name: value for name, value in event.extra.items() if name not in OWN_FIELDS})
        return b""

    def answered_by(self, model: str) -> None:
        """The model of the chunks that follow: another one than was asked first."""
        self._set_fields(model=model)

    def end(self, usage: ChatUsageDict) -> bytes:
        """The rest of the audio, the finish reason of each choice, and the usage.

        Usage has a chunk without choices only where the client asked for it: programs that did not ask read
        the first choice of every chunk. They find it in the last chunk with a choice, as OpenRouter sends it.
        """
        frames = [self._open(0), self._audio_end()]
        for index in sorted(self._heads):
            ended = self._finish_chunks.get(index)
            frames.append(ended or self._finish(index, self._default_finish(index), {}))
        if self._asked:
            frames.append(sse_event({**self._fields, "choices": [], "usage": usage}))
        else:
            finish = frames.pop().removesuffix(self._suffix)
            frames.append(b"".join((finish, b'],"usage":', dumps(usage), b"}\n\n")))
        return b"".join((*frames, TERMINATOR))

    def failure(self, error: Mapping[str, Any], usage: ChatUsageDict | None) -> bytes:
        """The answer broke off: an `error` object and the finish reason `error`, as OpenRouter sends them.

        `error` is `PolyphonyError.envelope()`.
        """
        indexes = sorted(self._heads) or [0]
        word = error.get("metadata", {}).get("native_finish_reason")
        finish = {"finish_reason": "error", **({"native_finish_reason": word} if word else {})}
        choices = [{"index": index, "delta": {"content": ""}, **finish} for index in indexes]
        last = {**self._fields, "choices": choices, "error": error, **({"usage": usage} if usage else {})}
        return b"".join((self._audio_end(), sse_event(last), TERMINATOR))

    def _set_fields(self, **fields: Any) -> None:
        """Add fields that all later chunks have."""
        self._fields |= {name: value for name, value in fields.items() if value is not None}
        if self._heads:
            self._prepare()

    def _prepare(self) -> None:
        """Render the parts that all chunks share."""
        self._prefix = b"data: " + dumps(self._fields)[:-1] + b',"choices":['
        self._heads = {index: self._head(index) for index in self._heads}

    def _head(self, index: int) -> bytes:
        return self._prefix + b'{"index":%d,"delta":{"content":' % index

    def _open(self, index: int) -> bytes:
        """The first chunk of a choice, which names the role; nothing once it was sent."""
        if index in self._heads:
            return b""
        if not self._heads:
            self._prepare()
        self._heads[index] = self._head(index)
        return self._choice(index, {"role": "assistant", "content": ""})

    def _choice(self, index: int, delta: Mapping[str, Any], **fields: Any) -> bytes:
        choice = {"index": index, "delta": delta, "finish_reason": None, **fields}
        return self._prefix + dumps(choice) + self._suffix

    def _chat_delta(self, event: ChatDelta) -> bytes:
        fields = dict(event.extra or {})
        delta = dict(fields.pop("delta", None) or {})
        if event.text:
            delta["content"] = event.text
        if event.reasoning:
            delta["reasoning"] = event.reasoning
        if event.calls:
            self._choices_with_calls.add(event.choice)
            delta["tool_calls"] = [call_chunk(call) for call in event.calls]
        self._add_audio(delta, event)
        if event.finish is not None:
            # fields that came with the reason go out with a delta that has content: only the reason waits
            names = FINISH_FIELDS if delta else tuple(fields)
            last = {name: fields.pop(name) for name in names if name in fields}
            self._finish_chunks[event.choice] = self._finish(event.choice, event.finish, last)
        return self._choice(event.choice, delta, **fields) if delta or fields else b""

    def _finish(self, index: int, finish: str, fields: Mapping[str, Any]) -> bytes:
        """The last chunk of a choice."""
        return self._choice(index, {}, **{"native_finish_reason": finish, **fields, "finish_reason": finish})

    def _default_finish(self, index: int) -> str:
        """The finish reason where the provider gave none."""
        return "tool_calls" if index in self._choices_with_calls else "stop"

    def _add_audio(self, delta: dict[str, Any], event: ChatDelta) -> None:
        """Add the transcript. The audio id goes out once only: clients join strings that are repeated."""
        audio = dict(delta.pop("audio", None) or {})
        if "id" in audio and self._audio_id is not None:
            self._audio_id = audio["id"]
        audio.pop("id", None)
        self._expires = audio.pop("expires_at", self._expires)
        if event.transcript:
            audio["transcript"] = event.transcript
        if audio:
            delta["audio"] = self._with_audio_id(audio)

    def _with_audio_id(self, audio: dict[str, Any]) -> dict[str, Any]:
        """`audio` with its id, the first time."""
        if self._audio_id is None:
            return audio
        audio, self._audio_id = {"id": self._audio_id, **audio}, None
        self._audio_rest = self._audio_rest or b""
        return audio

    def _audio_chunk(self, data: bytes) -> bytes:
        data = (self._audio_rest or b"") + data
        whole = len(data) - len(data) % GROUP
        self._audio_rest = data[whole:]
        if not whole:
            return b""
        return self._choice(0, {"audio": self._with_audio_id({"data": to_base64(data[:whole])})})

    def _audio_end(self) -> bytes:
        """The last audio bytes, and when the id of the audio expires."""
        if self._audio_rest is None:
            return b""
        last = {"data": to_base64(self._audio_rest)} if self._audio_rest else {}
        self._audio_rest = None
        return self._choice(0, {"audio": self._with_audio_id({**last, "expires_at": self._expires})})


def is_text_only(event: ChatDelta) -> bool:
    """Whether a delta, of any choice, is text and nothing else."""
    return bool(event.text) and event[1:5] == TEXT_ONLY and not event.extra


def call_chunk(call: ToolCall) -> dict[str, Any]:
    """An entry of `tool_calls` in a delta: id, type and name once, then pieces of the arguments."""
    text_field = "input" if call.type == "custom" else "arguments"
    inner: dict[str, Any] = {"name": call.name} if call.name else {}
    inner |= {text_field: call.arguments}
    named: dict[str, Any] = {"id": call.id} if call.id else {}
    if call.id or call.name:
        named["type"] = call.type
    return {"index": call.index, **named, call.type: inner}


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=decimal_to_float)


def decimal_to_float(value: Any) -> float:
    """Money, the only `Decimal` in a chunk, as a JSON number."""
    assert isinstance(value, Decimal)
    return float(value)


def sse_event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + dumps(value) + b"\n\n"
