"""The output of a response: items that grow, each telling what happened to it in the words of its events.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from core.contract.events import ImageReady, ToolCall

OutputEvent = tuple[str, dict[str, Any]]
"""The type of an event and what it says, but for its number."""

REASONING_PREFIX = "reasoning_"
"""How the ids of reasoning begin that no provider gave: none wants them back."""


class Item(ABC):
    """`place` is where its events say they belong, `told` the item itself, as far as it has come."""

    prefix = ""

    def __init__(self, suffix: str, index: int) -> None:
        self.id = f"{self.prefix}{suffix}_{index}"
        self.index = index
        self.status = "in_progress"

    @property
    def place(self) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.index}

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """The item itself."""

    def open(self) -> list[OutputEvent]:
        return [("response.output_item.added", {"output_index": self.index, "item": self.told()})]

    def close(self, status: str = "completed") -> list[OutputEvent]:
        """The last that is heard of it."""
        self.status = status
        done = self.done()
        return [*done, ("response.output_item.done", {"output_index": self.index, "item": self.told()})]

    def done(self) -> list[OutputEvent]:
        """Its parts, whole."""
        return []


class OutputPart:
    """A part of a message: words, or a refusal."""

    def __init__(self, kind: str, place: dict[str, Any]) -> None:
        self.kind = kind
        self.place = place
        self.words: list[str] = []
        self.annotations: list[dict[str, Any]] = []
        self.logprobs: list[dict[str, Any]] = []

    def told(self) -> dict[str, Any]:
        words = "".join(self.words)
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": words}
        return {
            "type": "output_text",
            "annotations": list(self.annotations),
            "logprobs": list(self.logprobs),
            "text": words,
        }

    def open(self) -> list[OutputEvent]:
        return [("response.content_part.added", {**self.place, "part": self.told()})]

    def add(self, words: str, logprobs: Sequence[dict[str, Any]] = ()) -> OutputEvent:
        self.words.append(words)
        self.logprobs += logprobs
        said = {**self.place, "delta": words}
        if self.kind == "refusal":
            return "response.refusal.delta", said
        return "response.output_text.delta", {**said, "logprobs": [briefly(one) for one in logprobs]}

    def done(self) -> list[OutputEvent]:
        part = self.told()
        done = ("response.content_part.done", {**self.place, "part": part})
        if self.kind == "refusal":
            return [("response.refusal.done", {**self.place, "refusal": part["refusal"]}), done]
        logprobs = [briefly(one) for one in self.logprobs]
        text = {**self.place, "text": part["text"], "logprobs": logprobs}
        return [("response.output_text.done", text), done]


class MessageItem(Item):
    prefix = "msg_"

    def __init__(self, suffix: str, index: int) -> None:
        super().__init__(suffix, index)
        self.parts: list[OutputPart] = []

    def told(self) -> dict[str, Any]:
        content = [part.told() for part in self.parts]
        return {
            "id": self.id,
            "type": "message",
            "status": self.status,
            "role": "assistant",
            "content": content,
        }

    def part(self, kind: str) -> tuple[OutputPart, list[OutputEvent]]:
        """The part of that kind, and what is to be told where it is new."""
        for part in self.parts:
            if part.kind == kind:
                return part, []
        part = OutputPart(kind, {**self.place, "content_index": len(self.parts)})
        self.parts.append(part)
        return part, part.open()

    def done(self) -> list[OutputEvent]:
        return [told for part in self.parts for told in part.done()]


class ReasoningItem(Item):
    """`details` are what the provider wants to see again: a signature, or all of it encrypted."""

    prefix = REASONING_PREFIX

    def __init__(self, suffix: str, index: int) -> None:
        super().__init__(suffix, index)
        self.words: list[str] = []
        self.details: dict[str, Any] = {}

    @property
    def part(self) -> dict[str, Any]:
        return {"type": "summary_text", "text": "".join(self.words)}

    def told(self) -> dict[str, Any]:
        summary = [self.part] if self.words else []
        found = {"id": self.id, "type": "reasoning", "status": self.status, "summary": summary}
        return found | self.details

    def add(self, words: str) -> list[OutputEvent]:
        place = {**self.place, "summary_index": 0}
        begun = []
        if not self.words:
            begun.append(("response.reasoning_summary_part.added", {**place, "part": self.part}))
        self.words.append(words)
        return [*begun, ("response.reasoning_summary_text.delta", {**place, "delta": words})]

    def done(self) -> list[OutputEvent]:
        if not self.words:
            return []
        place, part = {**self.place, "summary_index": 0}, self.part
        return [
            ("response.reasoning_summary_text.done", {**place, "text": part["text"]}),
            ("response.reasoning_summary_part.done", {**place, "part": part}),
        ]


class ToolCallItem(Item):
    """A call of a function, or of a custom tool, which is given any text."""

    prefix = "fc_"

    def __init__(self, suffix: str, index: int, first: ToolCall) -> None:
        super().__init__(suffix, index)
        self.type = "custom_tool_call" if first.type == "custom" else "function_call"
        self.name, self.call_id = first.name, first.id or f"call_{suffix}_{index}"
        self.pieces: list[str] = []

    @property
    def made(self) -> tuple[str, str]:
        """What its text is called in the item, and in the names of its events."""
        if self.type == "function_call":
            return "arguments", "response.function_call_arguments"
        return "input", "response.custom_tool_call_input"

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "status": self.status,
            self.made[0]: "".join(self.pieces),
            "call_id": self.call_id,
            "name": self.name,
        }

    def add(self, call: ToolCall) -> list[OutputEvent]:
        self.name = self.name or call.name
        if not call.arguments:
            return []
        self.pieces.append(call.arguments)
        return [(f"{self.made[1]}.delta", {**self.place, "delta": call.arguments})]

    def done(self) -> list[OutputEvent]:
        name, event = self.made
        named = {"name": self.name} if name == "arguments" else {}
        return [(f"{event}.done", {**self.place, **named, name: "".join(self.pieces)})]


class ImageItem(Item):
    """`result` is base64, or the address where a provider gave no more than that."""

    prefix = "ig_"

    def __init__(self, suffix: str, index: int, image: ImageReady) -> None:
        super().__init__(suffix, index)
        self.image = image

    def told(self) -> dict[str, Any]:
        ready = self.status == "completed"
        result = self.image.url or b64encode(self.image.data).decode("ascii") if ready else None
        form = self.image.media_type.rpartition("/")[2]
        return {
            "id": self.id,
            "type": "image_generation_call",
            "status": self.status,
            "result": result,
            "output_format": form,
        }

    def open(self) -> list[OutputEvent]:
        return [*super().open(), ("response.image_generation_call.in_progress", self.place)]

    def done(self) -> list[OutputEvent]:
        return [("response.image_generation_call.completed", self.place)]


def briefly(logprob: Mapping[str, Any]) -> dict[str, Any]:
    """A token as deltas tell it: without its bytes."""
    top = [{"token": one["token"], "logprob": one["logprob"]} for one in logprob["top_logprobs"]]
    return {"token": logprob["token"], "logprob": logprob["logprob"], "top_logprobs": top}
