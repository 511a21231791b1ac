"""Reads a chat answer, server-sent events or one JSON object, into events of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamError, UpstreamInvalid
from core.contract.events import AnswerMetadata, ChatDelta, Event, Unreadable, UsageSoFar
from core.providers.openai.chat.choices import ChoiceReader
from core.providers.openai.chat.delta_joiner import DeltaJoiner
from core.providers.openai.errors import ERROR, refusal
from core.providers.openai.stream import Mark, checked, odd_value, split
from core.providers.openai.usage_report import UsageReport
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.sse import ServerEvent, Splitter
from core.providers.shared.surrogates import without_halves

CAP = 8 * http.MIB
"""Bytes of one event: room for an image or for audio."""
LONGEST_WORD = 100
METADATA_FIELDS = ("system_fingerprint", "service_tier", "citations", "search_results")


class ChatReader:
    """Reads one answer as it arrives: `done` once its end was seen; `report` has its usage, `answer_id` its
    id.

    `audio` is the format of its audio; `wrapped` makes one WAV of its samples.
    """

    __slots__ = (
        "_choices",
        "_fed",
        "_halves",
        "_has_metadata",
        "_hide",
        "_splitter",
        "answer_id",
        "done",
        "report",
    )

    def __init__(self, audio: AudioFormat, hide: tuple[str, ...], *, wrapped: bool = False) -> None:
        self.done = False
        self.report = UsageReport()
        self.answer_id = ""
        self._fed: Iterator[Event] = iter(())
        self._has_metadata = False
        self._hide = hide
        self._splitter = Splitter(CAP)
        self._choices = ChoiceReader(audio, hide, wrapped=wrapped)
        self._halves = DeltaJoiner()

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that the bytes of `chunk` complete. Iterating raises from the error tree."""
        self._fed = self._events(split(self._splitter, chunk))
        return self._fed

    def rest(self) -> Iterator[Event]:
        """Those of the last chunk that have not been read."""
        return self._fed

    def whole(self, body: bytes) -> Sequence[Event]:
        """The events of an answer that is one object, perhaps after white space that kept the call alive.

        Raises from the error tree.
        """
        value = decode(body)
        self.report.read(value)
        if not isinstance(value, dict) or value.get("error") or not value.get("choices"):
            raise refusal(value, self._hide)
        self.done = True
        events = list(self._read(value, "message"))
        if self._choices.unreadable:
            raise UpstreamInvalid("The provider's answer has parts that cannot be read.")
        return events

    def end(self) -> Iterator[Event]:
        """The last events. Iterating raises `UpstreamInvalid` where the answer is incomplete or empty."""
        if not self.done:
            yield from self._events(self._splitter.end())
        if not self.done and not self._choices.finished:
            raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")
        if not self._has_metadata:
            raise UpstreamInvalid("The provider answered nothing.")
        yield from self._halves.end()
        yield from self._choices.audio.end()

    def _events(self, events: Iterable[ServerEvent]) -> Iterator[Event]:
        for event in events:
            try:
                value, odd = orjson.loads(event.data), False
            except orjson.JSONDecodeError:
                value, odd = odd_value(event), True
            if value is Mark.END:
                self.done = True
                return
            if odd and isinstance(value, tuple):
                yield from self._events(value)
            elif odd or self._halves.waiting:
                yield from self._halves.join(self._object(value, event.name))
            elif self._has_metadata and (delta := text_delta(value)):
                yield delta
            else:
                yield from self._object(value, event.name)

    def _object(self, value: Any, name: str) -> Iterator[Event]:
        """The events of a chunk; `Unreadable` where it or a part of it cannot be read."""
        if value is Mark.KEEP_ALIVE:
            return
        self.report.read(value)
        try:
            if checked(value, name, self._hide) is Mark.UNREADABLE:
                self._choices.unreadable += 1
            else:
                yield from self._read(value, "delta")
        except UpstreamError as error:
            error.metadata |= finish_in(value)
            raise
        # until the choice has finished a count is one so far; with an error it is the last
        if self.report.complete and not self._choices.finished:
            self.report.complete = False
            yield UsageSoFar()
        if self._choices.unreadable:
            yield Unreadable(self._choices.unreadable)
            self._choices.unreadable = 0

    def _read(self, value: Mapping[str, Any], name: str) -> Iterator[Event]:
        """The events of an object."""
        choices = value.get("choices")
        if choices is None:
            return
        if not isinstance(choices, list):
            self._choices.unreadable += 1
            return
        if choices and not self._has_metadata:
            self._has_metadata, metadata = True, metadata_of(value)
            self.answer_id = metadata.id
            yield metadata
        for position, choice in enumerate(choices):
            yield from self._choices.read(choice, position, name)


def text_delta(value: Any) -> ChatDelta | None:
    """The delta of an event that has nothing but text of the first choice; None for any other event.

    Most events of a stream are such ones, and reading every field takes twice as long.
    """
    try:
        (choice,) = value["choices"]
        delta = choice["delta"]
        text = delta["content"]
        if (
            text.__class__ is str
            and text
            # of what is neither null nor empty: the delta alone, and in it the text, perhaps with a role
            and len([*filter(None, choice.values())]) == 1
            and len([*filter(None, delta.values())]) == (2 if "role" in delta else 1)
            and not value.get("usage")
            and not value.get("x_groq")
            and not value.get("error")
        ):
            return ChatDelta(text)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return None


def finish_in(value: Any) -> dict[str, str]:
    """`native_finish_reason`: the provider's word for the end of the choice that an error came with."""
    choices = value.get("choices") if isinstance(value, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    words = (first.get("native_finish_reason"), first.get("finish_reason")) if isinstance(first, dict) else ()
    found = next((word for word in words if word and isinstance(word, str) and word != ERROR), "")
    return {"native_finish_reason": without_halves(found)[:LONGEST_WORD]} if found else {}


def metadata_of(value: Mapping[str, Any]) -> AnswerMetadata:
    extra = {name: value[name] for name in METADATA_FIELDS if value.get(name) is not None}
    return AnswerMetadata(string(value.get("id")), string(value.get("model")), extra)
