"""Collects the events of a chat into a finished answer, all choices of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.bodies.chat.deltas import merge
from core.contract.chat import ChatRequest
from core.contract.events import AnswerMetadata, AudioChunk, ChatDelta, Event, ImageReady, Started, ToolCall


@dataclass(slots=True)
class CollectedToolCall:
    """A tool call of the model, its deltas joined; `arguments` are pieces of one string."""

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

    def render(self) -> dict[str, Any]:
        """An entry of `tool_calls` in a message."""
        text_field = "input" if self.type == "custom" else "arguments"
        return {
            "id": self.id,
            "type": self.type,
            self.type: {"name": self.name, text_field: "".join(self.arguments)},
        }


@dataclass(slots=True)
class CollectedChoice:
    """One choice of an answer; its strings are lists of the pieces received.

    `message_fields` are further fields of its message, `choice_fields` those beside the message, both as the
    provider sent them.
    """

    texts: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    transcripts: list[str] = field(default_factory=list)
    calls: dict[int, CollectedToolCall] = field(default_factory=dict)
    images: list[ImageReady] = field(default_factory=list)
    message_fields: dict[str, Any] = field(default_factory=dict)
    choice_fields: dict[str, Any] = field(default_factory=dict)
    finish: str | None = None

    def note(self, delta: ChatDelta) -> None:
        if delta.text:
            self.texts.append(delta.text)
        if delta.reasoning:
            self.reasoning.append(delta.reasoning)
        if delta.transcript:
            self.transcripts.append(delta.transcript)
        for call in delta.calls:
            self.calls.setdefault(call.index, CollectedToolCall()).note(call)
        if delta.finish is not None:
            self.finish = delta.finish
        if delta.extra:
            merge(self.message_fields, delta.extra.get("delta") or {})
            merge(self.choice_fields, {name: delta.extra[name] for name in delta.extra if name != "delta"})

    def forget_texts(self) -> None:
        """For a caller that stores the pieces of the strings elsewhere."""
        for pieces in (self.texts, self.reasoning, self.transcripts):
            pieces.clear()

    @property
    def finish_reason(self) -> str:
        """The provider's reason; where it gave none, what the answer ended with."""
        return self.finish or ("tool_calls" if self.calls else "stop")

    def tool_calls(self) -> list[dict[str, Any]]:
        return [self.calls[index].render() for index in sorted(self.calls)]


@dataclass(frozen=True, slots=True)
class FinishedChat:
    """A whole answer: `choices` by index, never without the first, whose audio is `audio`.

    `metadata` is what the provider says of the answer as a whole, `started` the attempt it came from.
    """

    choices: Mapping[int, CollectedChoice]
    audio: bytes | bytearray
    metadata: AnswerMetadata
    started: Started | None


class ChatCollector:
    """The `Collector` of chats; `text` and the other properties are the first choice's so far.

    Audio is held in memory: a caller that stores it elsewhere does not note `AudioChunk`.
    """

    def __init__(self) -> None:
        self._choices: dict[int, CollectedChoice] = {}
        self._audio = bytearray()
        self._metadata = AnswerMetadata()
        self.started: Started | None = None

    def note(self, event: Event) -> None:
        match event:
            case ChatDelta():
                self._choice(event.choice).note(event)
            case AudioChunk(data):
                self._choice(0)
                self._audio += data
            case ImageReady():
                self._choice(event.choice).images.append(event)
            case AnswerMetadata():
                self._metadata = event
            case Started():
                self.started = event

    def finish(self, request: ChatRequest) -> FinishedChat:
        """The answer so far; the request adds nothing to it."""
        self._choice(0)
        return FinishedChat(self._choices, self._audio, self._metadata, self.started)

    @property
    def first(self) -> CollectedChoice:
        return self._choice(0)

    @property
    def text(self) -> str:
        return "".join(self.first.texts)

    @property
    def reasoning(self) -> str:
        return "".join(self.first.reasoning)

    @property
    def transcript(self) -> str:
        """What the audio of the answer says."""
        return "".join(self.first.transcripts)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls as `tool_calls` of a message has them."""
        return self.first.tool_calls()

    @property
    def images(self) -> list[ImageReady]:
        return self.first.images

    @property
    def finish_reason(self) -> str | None:
        """None where the provider gave none so far."""
        return self.first.finish

    def _choice(self, index: int) -> CollectedChoice:
        found = self._choices.get(index)
        if found is None:
            found = self._choices[index] = CollectedChoice()
        return found
