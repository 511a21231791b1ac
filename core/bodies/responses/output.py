"""Builds the output items of a response from the events of a chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.bodies.chat.deltas import extend
from core.bodies.responses.items import ImageItem, Item, MessageItem, OutputEvent, ReasoningItem, ToolCallItem
from core.contract.events import ChatDelta, Event, ImagePartial, ImageReady, ImageStart, ToolCall

STATUS = {"length": "incomplete", "content_filter": "incomplete"}
"""Status of a response by the finish reason of its chat; with any other reason it is completed."""

REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""`incomplete_details.reason` by finish reason."""


class OutputBuilder:
    """`note` takes the events of a chat and returns the events of the response. Only the first choice counts.

    One message or reasoning item is open at a time. Tool calls stay open until the end, because their deltas
    may come interleaved.
    """

    def __init__(self, suffix: str) -> None:
        self.items: list[Item] = []
        self.finish: str | None = None
        self._suffix = suffix
        self._open_item: MessageItem | ReasoningItem | None = None
        self._calls: dict[int, ToolCallItem] = {}
        self._images: dict[int, ImageItem] = {}
        self._details: list[Any] = []

    @property
    def open_message(self) -> MessageItem | None:
        """The message to which the next text belongs, where one is open."""
        return self._open_item if isinstance(self._open_item, MessageItem) else None

    @property
    def status(self) -> str:
        return STATUS.get(self.finish or "", "completed")

    def render(self) -> list[dict[str, Any]]:
        return [item.render() for item in self.items]

    def note(self, event: Event) -> list[OutputEvent]:
        if type(event) is ChatDelta and event.choice == 0:
            return list(self._chat_delta(event))
        if isinstance(event, ImageStart | ImagePartial) or (
            isinstance(event, ImageReady) and event.choice == 0
        ):
            return list(self._image(event))
        return []

    def end(self) -> list[OutputEvent]:
        """Close all open items, with the status of the response."""
        events = list(self._close_item(self.status))
        for call in self._calls.values():
            events += call.close(self.status)
        for image in self._images.values():
            events += image.close()
        self._images.clear()
        return events

    def interrupt(self) -> None:
        """Mark the open items incomplete: the answer broke off."""
        for item in self.items:
            if item.status == "in_progress":
                item.status = "incomplete"
        for image in self._images.values():
            image.status = "failed"

    def _image(self, event: ImageStart | ImagePartial | ImageReady) -> Iterator[OutputEvent]:
        """The item of an image stays open until it is ready. What is said after it begins is a new item where
        it was announced; a picture that comes at once leaves the message open that it belongs to."""
        image = self._images.get(event.index)
        if image is None:
            if not isinstance(event, ImageReady):
                yield from self._close_item()
            image = self._images[event.index] = ImageItem(self._suffix, len(self.items))
            self.items.append(image)
            yield from image.open()
        if isinstance(event, ImageReady):
            del self._images[event.index]
            yield from image.finish(event)
        elif isinstance(event, ImagePartial):
            yield from image.partial(event)
        elif event.drawing:
            yield from image.draw()

    def _chat_delta(self, event: ChatDelta) -> Iterator[OutputEvent]:
        extra = event.extra or {}
        message: Mapping[str, Any] = extra.get("delta") or {}
        if event.reasoning:
            yield from self._add_reasoning(event.reasoning)
        if isinstance(details := message.get("reasoning_details"), list):
            yield from self._add_reasoning_details(details)
        if (refusal := message.get("refusal")) and isinstance(refusal, str):
            yield from self._add_text(refusal, "refusal")
        logprobs = token_logprobs(extra.get("logprobs"))
        if event.text or logprobs:
            yield from self._add_text(event.text, "output_text", logprobs)
        if isinstance(annotations := message.get("annotations"), list):
            for annotation in annotations:
                yield from self._add_annotation(annotation)
        for call in event.calls:
            yield from self._add_call(call)
        self.finish = event.finish or self.finish

    def _add_reasoning(self, text: str) -> Iterator[OutputEvent]:
        yield from self._open(ReasoningItem)
        assert isinstance(self._open_item, ReasoningItem)
        yield from self._open_item.add(text)

    def _add_reasoning_details(self, details: list[Any]) -> Iterator[OutputEvent]:
        """Keep the fields of `reasoning_details` that the provider needs back with the next request."""
        extend(self._details, details)
        fields = {name: value for one in self._details for name, value in provider_fields(one).items()}
        if fields:
            named = next((one["id"] for one in self._details if isinstance(one.get("id"), str)), "")
            yield from self._open(ReasoningItem, named)
            assert isinstance(self._open_item, ReasoningItem)
            self._open_item.details = fields

    def _add_text(
        self, text: str, kind: str, logprobs: list[dict[str, Any]] | None = None
    ) -> Iterator[OutputEvent]:
        yield from self._open(MessageItem)
        assert isinstance(self._open_item, MessageItem)
        part, opened = self._open_item.part(kind)
        yield from opened
        yield part.add(text, logprobs or ())

    def _add_annotation(self, annotation: Any) -> Iterator[OutputEvent]:
        found = citation(annotation)
        if found is None:
            return
        yield from self._open(MessageItem)
        assert isinstance(self._open_item, MessageItem)
        part, opened = self._open_item.part("output_text")
        yield from opened
        place = {**part.place, "annotation_index": len(part.annotations)}
        part.annotations.append(found)
        yield "response.output_text.annotation.added", {**place, "annotation": found}

    def _add_call(self, call: ToolCall) -> Iterator[OutputEvent]:
        found = self._calls.get(call.index)
        if found is None:
            yield from self._close_item()
            found = self._calls[call.index] = ToolCallItem(self._suffix, len(self.items), call)
            self.items.append(found)
            yield from found.open()
        yield from found.add(call)

    def _open(self, kind: type[MessageItem] | type[ReasoningItem], named: str = "") -> Iterator[OutputEvent]:
        """Open an item of class `kind` unless one is open; `named` is the id the provider gave it."""
        if not isinstance(self._open_item, kind):
            details = self._details
            yield from self._close_item()
            self._open_item = kind(self._suffix, len(self.items))
            self._open_item.id, self._details = named or self._open_item.id, details
            self.items.append(self._open_item)
            yield from self._open_item.open()

    def _close_item(self, status: str = "completed") -> list[OutputEvent]:
        item, self._open_item = self._open_item, None
        self._details = []
        return item.close(status) if item else []


def token_logprobs(logprobs: Any) -> list[dict[str, Any]]:
    """`logprobs` of a chat choice, which may be anything, in the shape of an `output_text` part."""
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    return [{**token(one), "top_logprobs": [token(top) for top in valid_entries(one.get("top_logprobs"))]}
            for one in valid_entries(content)]  # fmt: skip


def valid_entries(value: Any) -> list[Mapping[str, Any]]:
    """The entries of a list that have a token and its log probability."""
    entries = value if isinstance(value, list) else []
    return [one for one in entries if isinstance(one, Mapping) and {"token", "logprob"} <= one.keys()]


def token(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"token": entry["token"], "bytes": entry.get("bytes") or [], "logprob": entry["logprob"]}


def provider_fields(detail: Any) -> dict[str, Any]:
    """The fields of a reasoning detail that only its provider can read, under their names in an item."""
    if not isinstance(detail, Mapping):
        return {}
    encrypted = detail.get("type") == "reasoning.encrypted"
    name, value = ("encrypted_content", "data") if encrypted else ("signature", "signature")
    found = {name: detail.get(value), "format": detail.get("format")}
    return {key: each for key, each in found.items() if isinstance(each, str)} if found[name] else {}


def citation(annotation: Any) -> dict[str, Any] | None:
    """A `url_citation` annotation in the shape of a response; None for any other annotation."""
    inner = annotation.get("url_citation") if isinstance(annotation, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(inner.get("url"), str):
        return None
    return {
        "type": "url_citation",
        "url": inner["url"],
        "title": inner.get("title") or "",
        "start_index": inner.get("start_index") or 0,
        "end_index": inner.get("end_index") or 0,
    }
