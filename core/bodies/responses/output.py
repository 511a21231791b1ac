"""The events of an answer as items of a response, whole or in pieces: thoughts, words, calls, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.bodies.chat.deltas import extend
from core.bodies.responses.items import ImageItem, Item, MessageItem, OutputEvent, ReasoningItem, ToolCallItem
from core.contract.events import ChatDelta, Event, ImageReady, ToolCall

STATUS = {"length": "incomplete", "content_filter": "incomplete"}
"""How a response is that ended so; any other is completed."""

REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}


class OutputBuilder:
    """Grows with every event that is noted; of several choices only the first is an answer here.

    Words and thoughts take turns: one item of them is open at a time. Calls stay open until the end, for
    their pieces may come mixed.
    """

    def __init__(self, suffix: str) -> None:
        self.items: list[Item] = []
        self.finish: str | None = None
        self._suffix = suffix
        self._prose: MessageItem | ReasoningItem | None = None
        self._calls: dict[int, ToolCallItem] = {}
        self._details: list[Any] = []

    @property
    def speaking(self) -> MessageItem | None:
        """The message that more words would be of."""
        return self._prose if isinstance(self._prose, MessageItem) else None

    @property
    def status(self) -> str:
        return STATUS.get(self.finish or "", "completed")

    def told(self) -> list[dict[str, Any]]:
        return [item.told() for item in self.items]

    def note(self, event: Event) -> list[OutputEvent]:
        """What is to be told of it."""
        if type(event) is ChatDelta and event.choice == 0:
            return list(self._delta(event))
        if type(event) is ImageReady and event.choice == 0:
            picture = ImageItem(self._suffix, len(self.items), event)
            self.items.append(picture)
            return [*picture.open(), *picture.close()]
        return []

    def end(self) -> list[OutputEvent]:
        """The ends of all that is open; what was cut short is incomplete."""
        told = list(self._pause(self.status))
        for call in self._calls.values():
            told += call.close(self.status)
        return told

    def cut(self) -> None:
        """Nothing more will come."""
        for item in self.items:
            if item.status == "in_progress":
                item.status = "incomplete"

    def _delta(self, event: ChatDelta) -> Iterator[OutputEvent]:
        extra = event.extra or {}
        within: Mapping[str, Any] = extra.get("delta") or {}
        if event.reasoning:
            yield from self._think(event.reasoning)
        if isinstance(details := within.get("reasoning_details"), list):
            yield from self._keep(details)
        if (refusal := within.get("refusal")) and isinstance(refusal, str):
            yield from self._say(refusal, "refusal")
        logprobs = tokens(extra.get("logprobs"))
        if event.text or logprobs:
            yield from self._say(event.text, "output_text", logprobs)
        if isinstance(annotations := within.get("annotations"), list):
            for annotation in annotations:
                yield from self._annotate(annotation)
        for call in event.calls:
            yield from self._call(call)
        self.finish = event.finish or self.finish

    def _think(self, words: str) -> Iterator[OutputEvent]:
        yield from self._turn_to(ReasoningItem)
        assert isinstance(self._prose, ReasoningItem)
        yield from self._prose.add(words)

    def _keep(self, details: list[Any]) -> Iterator[OutputEvent]:
        """Of what a provider says of its reasoning: that which it wants to see again."""
        extend(self._details, details)
        wanted = {name: value for one in self._details for name, value in opaque(one).items()}
        if wanted:
            named = next((one["id"] for one in self._details if isinstance(one.get("id"), str)), "")
            yield from self._turn_to(ReasoningItem, named)
            assert isinstance(self._prose, ReasoningItem)
            self._prose.details = wanted

    def _say(
        self, words: str, kind: str, logprobs: list[dict[str, Any]] | None = None
    ) -> Iterator[OutputEvent]:
        yield from self._turn_to(MessageItem)
        assert isinstance(self._prose, MessageItem)
        part, opened = self._prose.part(kind)
        yield from opened
        yield part.add(words, logprobs or ())

    def _annotate(self, annotation: Any) -> Iterator[OutputEvent]:
        found = citation(annotation)
        if found is None:
            return
        yield from self._turn_to(MessageItem)
        assert isinstance(self._prose, MessageItem)
        part, opened = self._prose.part("output_text")
        yield from opened
        place = {**part.place, "annotation_index": len(part.annotations)}
        part.annotations.append(found)
        yield "response.output_text.annotation.added", {**place, "annotation": found}

    def _call(self, call: ToolCall) -> Iterator[OutputEvent]:
        found = self._calls.get(call.index)
        if found is None:
            yield from self._pause()
            found = self._calls[call.index] = ToolCallItem(self._suffix, len(self.items), call)
            self.items.append(found)
            yield from found.open()
        yield from found.add(call)

    def _turn_to(
        self, kind: type[MessageItem] | type[ReasoningItem], named: str = ""
    ) -> Iterator[OutputEvent]:
        """Open such an item where none is; `named` is the id a provider gave it."""
        if not isinstance(self._prose, kind):
            details = self._details
            yield from self._pause()
            self._prose = kind(self._suffix, len(self.items))
            self._prose.id, self._details = named or self._prose.id, details
            self.items.append(self._prose)
            yield from self._prose.open()

    def _pause(self, status: str = "completed") -> list[OutputEvent]:
        prose, self._prose = self._prose, None
        self._details = []
        return prose.close(status) if prose else []


def tokens(told: Any) -> list[dict[str, Any]]:
    """Log probabilities of words as a response lists them."""
    content = told.get("content") if isinstance(told, Mapping) else None
    return [{**token(one), "top_logprobs": [token(top) for top in known(one.get("top_logprobs"))]}
            for one in known(content)]  # fmt: skip


def known(told: Any) -> list[Mapping[str, Any]]:
    """Those entries of a list that name a token and tell how likely it was."""
    entries = told if isinstance(told, list) else []
    return [one for one in entries if isinstance(one, Mapping) and {"token", "logprob"} <= one.keys()]


def token(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"token": told["token"], "bytes": told.get("bytes") or [], "logprob": told["logprob"]}


def opaque(detail: Any) -> dict[str, Any]:
    """What of a detail makes sense to its provider alone, by the names that items have for it."""
    if not isinstance(detail, Mapping):
        return {}
    encrypted = detail.get("type") == "reasoning.encrypted"
    name, value = ("encrypted_content", "data") if encrypted else ("signature", "signature")
    found = {name: detail.get(value), "format": detail.get("format")}
    return {key: each for key, each in found.items() if isinstance(each, str)} if found[name] else {}


def citation(annotation: Any) -> dict[str, Any] | None:
    """An address that the words rest on; nothing else has a place in a response."""
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
