"""A `chat.completion` from the events of an answer, and what it used in OpenAI's and OpenRouter's words.

https://platform.openai.com/docs/api-reference/chat/object
https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.bodies.chat.deltas import merge
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    ChatDelta,
    Event,
    ImageReady,
    Receipt,
    Started,
    ToolCall,
)
from core.contract.usage import Kind, Unit

PROMPT = (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.IMAGE_IN, Kind.VIDEO_IN, Kind.FILE_IN)
COMPLETION = (Kind.TEXT_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT)
NOTHING = dict.fromkeys(Kind, 0)
OURS = frozenset({"id", "object", "created", "model", "provider", "choices", "usage", "processing_time_ms"})
"""Names of an answer that are ours to say, whatever a provider says under them."""


class Completing:
    """An answer that comes together; `text` and its fellows are the first choice's, so far.

    Sound is kept in memory: whoever keeps it elsewhere does not note `AudioChunk`.
    """

    def __init__(self) -> None:
        self._choices: dict[int, Choice] = {}
        self._sound = bytearray()
        self.answered = AnswerMetadata()
        self.began: Started | None = None
        self.receipt: Receipt | None = None

    def note(self, event: Event) -> None:
        match event:
            case ChatDelta():
                self._choice(event.choice).note(event)
            case AudioChunk(data):
                self._choice(0)
                self._sound += data
            case ImageReady():
                self._choice(event.choice).images.append(event)
            case AnswerMetadata():
                self.answered = event
            case Started():
                self.began = event
            case Receipt():
                self.receipt = event

    @property
    def first(self) -> Choice:
        return self._choice(0)

    @property
    def text(self) -> str:
        return "".join(self.first.texts)

    @property
    def reasoning(self) -> str:
        return "".join(self.first.thoughts)

    @property
    def transcript(self) -> str:
        return "".join(self.first.said)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls as `tool_calls` has them."""
        return self.first.tool_calls()

    @property
    def images(self) -> list[ImageReady]:
        return self.first.images

    @property
    def finish(self) -> str | None:
        return self.first.finish

    def completion(
        self, id: str, created: int, cost_details: Mapping[str, Decimal | None] | None = None
    ) -> dict[str, Any]:
        """The whole object once the receipt is noted; amounts of money are `Decimal` in it.

        `cost_details` is what `usage` says under that name.
        """
        assert self.receipt is not None
        self._choice(0)
        told = {name: value for name, value in self.answered.told.items() if name not in OURS}
        return {
            "id": id,
            "object": "chat.completion",
            "created": created,
            "model": self.receipt.model,
            "provider": self.began.provider if self.began else self.receipt.provider,
            "system_fingerprint": None,
            **told,
            "choices": [self._told(index, id, created) for index in sorted(self._choices)],
            "usage": usage_object(self.receipt, cost_details),
            "processing_time_ms": self.receipt.total_ms,
        }

    def _told(self, index: int, id: str, created: int) -> dict[str, Any]:
        choice = self._choices[index]
        message = choice.message(self._sound if index == 0 else b"", id, created)
        finish = choice.finish or choice.ending
        return {
            "index": index,
            "message": message,
            "logprobs": None,
            "native_finish_reason": finish,
            **choice.beside,
            "finish_reason": finish,
        }

    def _choice(self, index: int) -> Choice:
        found = self._choices.get(index)
        if found is None:
            found = self._choices[index] = Choice()
        return found


@dataclass(slots=True)
class Called:
    """A call of a tool, its pieces joined."""

    id: str = ""
    name: str = ""
    type: str = "function"
    arguments: list[str] = field(default_factory=list)

    def note(self, call: ToolCall) -> None:
        if call.id or call.name:
            self.type = call.type
        self.id = call.id or self.id
        self.name = call.name or self.name
        self.arguments.append(call.arguments)

    def told(self) -> dict[str, Any]:
        made = "input" if self.type == "custom" else "arguments"
        return {
            "id": self.id,
            "type": self.type,
            self.type: {"name": self.name, made: "".join(self.arguments)},
        }


@dataclass(slots=True)
class Choice:
    """One of the answers; `within` goes into its message, `beside` beside it, both as the provider said."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    called: dict[int, Called] = field(default_factory=dict)
    images: list[ImageReady] = field(default_factory=list)
    within: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    finish: str | None = None

    def note(self, delta: ChatDelta) -> None:
        if delta.text:
            self.texts.append(delta.text)
        if delta.reasoning:
            self.thoughts.append(delta.reasoning)
        if delta.transcript:
            self.said.append(delta.transcript)
        for call in delta.calls:
            self.called.setdefault(call.index, Called()).note(call)
        if delta.finish is not None:
            self.finish = delta.finish
        if delta.told:
            merge(self.within, delta.told.get("delta") or {})
            merge(self.beside, {name: delta.told[name] for name in delta.told if name != "delta"})

    @property
    def ending(self) -> str:
        """Why it ended, where the provider did not say."""
        return "tool_calls" if self.called else "stop"

    def tool_calls(self) -> list[dict[str, Any]]:
        return [self.called[index].told() for index in sorted(self.called)]

    def message(self, sound: bytes | bytearray, id: str, created: int) -> dict[str, Any]:
        text, spoken = "".join(self.texts), bool(sound or self.said)
        instead = spoken or self.called or self.within.get("refusal")
        found = {"role": "assistant", "refusal": None, **self.within}
        found["content"] = text if text or not instead else None
        if self.thoughts:
            found["reasoning"] = "".join(self.thoughts)
        if self.called:
            found["tool_calls"] = self.tool_calls()
        if spoken:
            named = {"id": audio_id(id), "expires_at": created, **self.within.get("audio", {})}
            found["audio"] = {**named, "data": encoded(sound), "transcript": "".join(self.said)}
        if self.images:
            found["images"] = [image_part(image) for image in self.images]
        return found


def audio_id(id: str) -> str:
    """How the sound of an answer is called where its provider gives it no name; nobody keeps it."""
    return f"audio_{id.removeprefix('gen-')}"


def encoded(data: bytes | bytearray) -> str:
    return b64encode(data).decode("ascii")


def image_part(image: ImageReady) -> dict[str, Any]:
    """An entry of `images`: OpenRouter's, a data URL where we hold the picture itself."""
    url = image.url or f"data:{image.media_type};base64,{encoded(image.data)}"
    return {"type": "image_url", "index": image.index, "image_url": {"url": url}}


def usage_object(
    receipt: Receipt, cost_details: Mapping[str, Decimal | None] | None = None
) -> dict[str, Any]:
    """`usage`: tokens of all kinds, parts among them told apart; `cost` is null where no price is known."""
    told = {amount.kind: int(amount.quantity) for amount in receipt.amounts if amount.unit is Unit.TOKEN}
    tokens = NOTHING | told
    prompt, completion = sum([tokens[kind] for kind in PROMPT]), sum([tokens[kind] for kind in COMPLETION])
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {
            "cached_tokens": tokens[Kind.CACHED_IN] + tokens[Kind.CACHED_AUDIO_IN],
            "text_tokens": tokens[Kind.TEXT_IN],
            "audio_tokens": tokens[Kind.AUDIO_IN],
            "image_tokens": tokens[Kind.IMAGE_IN],
            "video_tokens": tokens[Kind.VIDEO_IN],
            "file_tokens": tokens[Kind.FILE_IN],
        },
        "completion_tokens_details": {
            "reasoning_tokens": tokens[Kind.REASONING_OUT],
            "text_tokens": tokens[Kind.TEXT_OUT],
            "audio_tokens": tokens[Kind.AUDIO_OUT],
            "image_tokens": tokens[Kind.IMAGE_OUT],
        },
        "cost": receipt.cost,
        "cost_details": cost_details,
        "is_byok": False,
    }
