"""The output items of a response: each collects its content and returns the events that announce it.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from core.contract.events import ImagePartial, ImageReady, ToolCall

OutputEvent = tuple[str, dict[str, Any]]
"""The type of an event and its fields, without `type` and `sequence_number`."""

REASONING_PREFIX = "reasoning_"
"""Prefix of the ids we give to reasoning; such an id is not sent to a provider, which would not know it."""


class Item(ABC):
    """One output item. `render` gives it as far as it has come, in the shape of OpenAI's output items."""

    prefix = ""

    def __init__(self, suffix: str, index: int) -> None:
        self.id = f"{self.prefix}{suffix}_{index}"
        self.index = index
        self.status = "in_progress"

    @property
    def place(self) -> dict[str, Any]:
        """Fields by which an event names its item."""
        return {"item_id": self.id, "output_index": self.index}

    @abstractmethod
    def render(self) -> dict[str, Any]:
        """The item itself."""

    def open(self) -> list[OutputEvent]:
        return [("response.output_item.added", {"output_index": self.index, "item": self.render()})]

    def close(self, status: str = "completed") -> list[OutputEvent]:
        """Its last events."""
        self.status = status
        done = self.done()
        return [*done, ("response.output_item.done", {"output_index": self.index, "item": self.render()})]

    def done(self) -> list[OutputEvent]:
        """The events that repeat its content whole."""
        return []


class MessageItemPart:
    """A content part of a message; `kind` is `output_text` or `refusal`."""

    def __init__(self, kind: str, place: dict[str, Any]) -> None:
        self.kind = kind
        self.place = place
        self.texts: list[str] = []
        self.annotations: list[dict[str, Any]] = []
        self.logprobs: list[dict[str, Any]] = []

    def render(self) -> dict[str, Any]:
        text = "".join(self.texts)
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": text}
        return {
            "type": "output_text",
            "annotations": list(self.annotations),
            "logprobs": list(self.logprobs),
            "text": text,
        }

    def open(self) -> list[OutputEvent]:
        return [("response.content_part.added", {**self.place, "part": self.render()})]

    def add(self, text: str, logprobs: Sequence[dict[str, Any]] = ()) -> OutputEvent:
        self.texts.append(text)
        self.logprobs += logprobs
        fields = {**self.place, "delta": text}
        if self.kind == "refusal":
            return "response.refusal.delta", fields
        return "response.output_text.delta", {**fields, "logprobs": [without_bytes(one) for one in logprobs]}

    def done(self) -> list[OutputEvent]:
        part = self.render()
        done = ("response.content_part.done", {**self.place, "part": part})
        if self.kind == "refusal":
            return [("response.refusal.done", {**self.place, "refusal": part["refusal"]}), done]
        logprobs = [without_bytes(one) for one in self.logprobs]
        text = {**self.place, "text": part["text"], "logprobs": logprobs}
        return [("response.output_text.done", text), done]


class MessageItem(Item):
    prefix = "msg_"

    def __init__(self, suffix: str, index: int) -> None:
        super().__init__(suffix, index)
        self.parts: list[MessageItemPart] = []

    def render(self) -> dict[str, Any]:
        content = [part.render() for part in self.parts]
        return {
            "id": self.id,
            "type": "message",
            "status": self.status,
            "role": "assistant",
            "content": content,
        }

    def part(self, kind: str) -> tuple[MessageItemPart, list[OutputEvent]]:
        """The part of that kind, and the events that open it where it is new."""
        for part in self.parts:
            if part.kind == kind:
                return part, []
        part = MessageItemPart(kind, {**self.place, "content_index": len(self.parts)})
        self.parts.append(part)
        return part, part.open()

    def done(self) -> list[OutputEvent]:
        return [event for part in self.parts for event in part.done()]


class ReasoningItem(Item):
    """`details` are what the provider needs back with the next request: a signature or encrypted content."""

    prefix = REASONING_PREFIX

    def __init__(self, suffix: str, index: int) -> None:
        super().__init__(suffix, index)
        self.texts: list[str] = []
        self.details: dict[str, Any] = {}

    @property
    def part(self) -> dict[str, Any]:
        return {"type": "summary_text", "text": "".join(self.texts)}

    def render(self) -> dict[str, Any]:
        summary = [self.part] if self.texts else []
        found = {"id": self.id, "type": "reasoning", "status": self.status, "summary": summary}
        return found | self.details

    def add(self, text: str) -> list[OutputEvent]:
        place = {**self.place, "summary_index": 0}
        opened = []
        if not self.texts:
            opened.append(("response.reasoning_summary_part.added", {**place, "part": self.part}))
        self.texts.append(text)
        return [*opened, ("response.reasoning_summary_text.delta", {**place, "delta": text})]

    def done(self) -> list[OutputEvent]:
        if not self.texts:
            return []
        place, part = {**self.place, "summary_index": 0}, self.part
        return [
            ("response.reasoning_summary_text.done", {**place, "text": part["text"]}),
            ("response.reasoning_summary_part.done", {**place, "part": part}),
        ]


class ToolCallItem(Item):
    """A call of a function with JSON arguments, or of a custom tool with any text as its input."""

    prefix = "fc_"

    def __init__(self, suffix: str, index: int, first: ToolCall) -> None:
        super().__init__(suffix, index)
        self.type = "custom_tool_call" if first.type == "custom" else "function_call"
        self.name, self.call_id = first.name, first.id or f"call_{suffix}_{index}"
        self.pieces: list[str] = []

    @property
    def names(self) -> tuple[str, str]:
        """The field of its text in the item, and the prefix of its events."""
        if self.type == "function_call":
            return "arguments", "response.function_call_arguments"
        return "input", "response.custom_tool_call_input"

    def render(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "status": self.status,
            self.names[0]: "".join(self.pieces),
            "call_id": self.call_id,
            "name": self.name,
        }

    def add(self, call: ToolCall) -> list[OutputEvent]:
        self.name = self.name or call.name
        if not call.arguments:
            return []
        self.pieces.append(call.arguments)
        return [(f"{self.names[1]}.delta", {**self.place, "delta": call.arguments})]

    def done(self) -> list[OutputEvent]:
        name, event = self.names
        named = {"name": self.name} if name == "arguments" else {}
        return [(f"{event}.done", {**self.place, **named, name: "".join(self.pieces)})]


class ImageItem(Item):
    """An image; `result` is its base64, or its URL where the provider gave only that, null until it is ready.

    What else is known of it stands beside that: `output_format`, `revised_prompt`, `size` and others.
    """

    prefix = "ig_"

    def __init__(self, suffix: str, index: int) -> None:
        super().__init__(suffix, index)
        self.result: str | None = None
        self.about: dict[str, str] = {}

    def render(self) -> dict[str, Any]:
        found = {"id": self.id, "type": "image_generation_call", "status": self.status}
        return {**found, "result": self.result, **self.about}

    def open(self) -> list[OutputEvent]:
        return [*super().open(), ("response.image_generation_call.in_progress", self.place)]

    def draw(self) -> list[OutputEvent]:
        """It is being drawn; nothing the second time."""
        if self.status == "generating":
            return []
        self.status = "generating"
        return [("response.image_generation_call.generating", self.place)]

    def partial(self, image: ImagePartial) -> list[OutputEvent]:
        """It has come so far."""
        fields = {
            **self.place,
            "partial_image_index": image.number,
            "partial_image_b64": b64encode(image.data).decode("ascii"),
            **described(image),
        }
        return [*self.draw(), ("response.image_generation_call.partial_image", fields)]

    def finish(self, image: ImageReady) -> list[OutputEvent]:
        self.result = image.url or b64encode(image.data).decode("ascii")
        prompt = {"revised_prompt": image.revised_prompt} if image.revised_prompt else {}
        self.about = {**prompt, **described(image)}
        return self.close()

    def close(self, status: str = "completed") -> list[OutputEvent]:
        """Its last events; an image that has not come has failed."""
        return super().close(status if self.result else "failed")

    def done(self) -> list[OutputEvent]:
        return [("response.image_generation_call.completed", self.place)] if self.result else []


def described(image: ImagePartial | ImageReady) -> dict[str, str]:
    """What is known of how an image was made."""
    return {"output_format": image.media_type.rpartition("/")[2], **image.facts}


def without_bytes(logprob: Mapping[str, Any]) -> dict[str, Any]:
    """A log probability as the text events have it."""
    top = [{"token": one["token"], "logprob": one["logprob"]} for one in logprob["top_logprobs"]]
    return {"token": logprob["token"], "logprob": logprob["logprob"], "top_logprobs": top}
