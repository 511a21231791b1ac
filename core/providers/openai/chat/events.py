"""An answer in a conversation, as events or as one object, in the words of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamInvalid
from core.contract.events import AnswerMetadata, Event
from core.providers.openai import wire
from core.providers.openai.chat.choices import ChoiceReader
from core.providers.openai.plain import Pattern, plain, said_between
from core.providers.openai.stream import TERMINATOR, accepted, split
from core.providers.shared import http
from core.providers.shared.errors import from_object
from core.providers.shared.sse import Splitter

CAP = 8 * http.MIB
"""Room for a picture or for sound in one event."""
TOLD = ("system_fingerprint", "service_tier", "citations", "search_results")


class ChatReader:
    """One answer as it arrives: `done` once it has said so, `usage` what it last reported.

    `audio` is the format its sound is in; `wrapped` makes one WAV of its samples.
    """

    __slots__ = ("_answered", "_between", "_choices", "_hide", "_pattern", "_splitter", "done", "usage")

    def __init__(self, audio: AudioFormat, hide: tuple[str, ...], *, wrapped: bool = False) -> None:
        self.done = False
        self.usage: Any = None
        self._answered = False
        self._between = True  # two events: kept here, since asking the splitter would cost every delta
        self._hide = hide
        self._splitter = Splitter(CAP)
        self._pattern = Pattern()
        self._choices = ChoiceReader(audio, hide, wrapped=wrapped)

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """What the events say that `chunk` completes. Iterating raises from the error tree."""
        pattern = self._pattern
        if self._between and (delta := said_between(pattern.begins, chunk, pattern.ends)):
            return (delta,)
        return self._events(chunk)

    def _events(self, chunk: bytes) -> Iterator[Event]:
        for data, name in split(self._splitter, chunk):
            if data == TERMINATOR:
                self.done = True
                return
            if delta := said_between(self._pattern.head, data, self._pattern.tail):
                yield delta
                continue
            value = wire.decoded(data)
            if (delta := plain(value)) is not None:
                if not self._answered:
                    self._answered = True
                    yield answered(value)
                self._pattern.learn(data)
                yield delta
            else:
                yield from self._read(accepted(value, name, self._hide), "delta")
        self._between = self._splitter.empty

    def whole(self, body: bytes) -> Sequence[Event]:
        """What one object says. Raises from the error tree; white space before it keeps a call alive."""
        value = wire.decoded(body)
        if not isinstance(value, dict) or value.get("error") or not value.get("choices"):
            raise refusal(value, self._hide)
        self.done = True
        return list(self._read(value, "message"))

    def end(self) -> Iterator[Event]:
        """What was held back. Raises `UpstreamInvalid` where the answer is not whole, or none at all."""
        if not self.done and not self._choices.finished:
            raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")
        if not self._answered:
            raise UpstreamInvalid("The provider answered nothing.")
        return self._choices.sound.end()

    def _read(self, value: Mapping[str, Any], name: str) -> Iterator[Event]:
        """Everything an object says: the long way, for all but plain words."""
        if value.get("usage") is not None:
            self.usage = value["usage"]
        choices = value.get("choices")
        if choices is None:
            return
        if not isinstance(choices, list):
            raise UpstreamInvalid("The provider's answer has no list of choices.")
        if choices and not self._answered:
            self._answered = True
            yield answered(value)
        for position, choice in enumerate(choices):
            yield from self._choices.read(choice, position, name)


def answered(value: Mapping[str, Any]) -> AnswerMetadata:
    told = {name: value[name] for name in TOLD if value.get(name) is not None}
    return AnswerMetadata(words(value.get("id")), words(value.get("model")), told)


def words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def refusal(value: Any, hide: tuple[str, ...]) -> Exception:
    error = from_object(value, hide) if isinstance(value, dict) else None
    return error or UpstreamInvalid("The provider answered with something else than was asked for.")
