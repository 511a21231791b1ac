"""Joins the characters that a provider cut into halves, one in each of two deltas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.contract.events import AnswerMetadata, ChatDelta, Event, ImageReady, ToolCall
from core.providers.shared.surrogates import SurrogateJoiner, clean

EMPTY = ChatDelta()


class DeltaJoiner:
    """`waiting` is empty while no half waits for the other one."""

    __slots__ = ("_joiner", "waiting")

    def __init__(self) -> None:
        self._joiner = SurrogateJoiner()
        self.waiting = self._joiner.waiting

    def join(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events without halves; a delta is left out whose text waits."""
        for event in events:
            if isinstance(event, ChatDelta):
                if (delta := self._delta(event)) != EMPTY._replace(choice=event.choice):
                    yield delta
            elif isinstance(event, AnswerMetadata):
                yield AnswerMetadata(clean(event.id), clean(event.model), clean(event.extra))
            elif isinstance(event, ImageReady):
                yield replace(event, url=clean(event.url))
            else:
                yield event

    def end(self) -> Iterator[Event]:
        """What is left of the texts of all choices."""
        for key, rest in self._joiner.end().items():
            match key:
                case (choice, "text"):
                    yield ChatDelta(rest, choice=choice)
                case (choice, "reasoning"):
                    yield ChatDelta(reasoning=rest, choice=choice)
                case (choice, "transcript"):
                    yield ChatDelta(transcript=rest, choice=choice)

    def _delta(self, delta: ChatDelta) -> ChatDelta:
        """The delta with its texts joined; the last one of a choice has what is left of them."""
        choice, last, add = delta.choice, delta.finish is not None, self._joiner.add
        return ChatDelta(
            add((choice, "text"), delta.text, last=last),
            add((choice, "reasoning"), delta.reasoning, last=last),
            add((choice, "transcript"), delta.transcript, last=last),
            tuple(self._call(call, choice) for call in delta.calls),
            delta.finish,
            choice,
            clean(delta.extra),
        )

    def _call(self, call: ToolCall, choice: int) -> ToolCall:
        arguments = self._joiner.add((choice, call.index), call.arguments)
        return replace(call, id=clean(call.id), name=clean(call.name), arguments=arguments)
