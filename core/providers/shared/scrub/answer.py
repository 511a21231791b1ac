"""An answer without the secrets of the call that it answers: events in, events out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar

from core.contract.errors import PolyphonyError
from core.contract.events import (
    NOTHING_BESIDE,
    AnswerMetadata,
    AudioChunk,
    ChatDelta,
    Event,
    ImagePartial,
    ImageReady,
    Segment,
    SpeechWord,
    SpeechWords,
    ToolCall,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.providers.shared.scrub.pieces import PieceScrubber
from core.providers.shared.scrub.spellings import Spellings

Word = TypeVar("Word", SpeechWord, TranscriptWord)
Key = tuple[int, int | str]
"""Of one text among those of an answer: its choice, and its name or the index of a call."""
TEXTS = 256
"""At most so many texts of an answer are followed from event to event."""
NOTHING = ChatDelta()
REST: dict[str, Callable[[str, int], Event]] = {
    "text": lambda rest, choice: ChatDelta(rest, choice=choice),
    "reasoning": lambda rest, choice: ChatDelta(reasoning=rest, choice=choice),
    "transcript": lambda rest, choice: ChatDelta(transcript=rest, choice=choice),
    "delta": lambda rest, choice: TranscriptDelta(rest),
}
"""The event that ends a text of each name; no other text waits."""


async def scrubbed(events: AsyncGenerator[Event, None], spellings: Spellings) -> AsyncGenerator[Event, None]:
    """`events` with `[hidden]` in place of each secret, sound and pictures as they are.

    An error is raised after what was held back, and without the secrets as well.
    """
    scrubber = AnswerScrubber(spellings)
    async with aclosing(events):
        try:
            async for event in events:
                if type(event) is AudioChunk or (type(event) is ChatDelta and scrubber.passes(event)):
                    yield event
                else:
                    for found in scrubber.read(event):
                        yield found
        except PolyphonyError as error:
            for rest in scrubber.end():
                yield rest
            clean_error(error, spellings)
            raise
    for rest in scrubber.end():
        yield rest


def clean_error(error: PolyphonyError, spellings: Spellings) -> None:
    error.message = spellings.hide(error.message)
    error.args = (error.message,)
    error.param = spellings.clean(error.param)
    error.provider_code = spellings.hide(error.provider_code)
    error.metadata = spellings.clean(error.metadata)


def with_text(value: Any) -> Any:
    """A JSON value with text in place of its lists of ASCII bytes."""
    if isinstance(value, Mapping):
        return {name: with_text(each) for name, each in value.items()}
    if not isinstance(value, list | tuple):
        return value
    if value and all(isinstance(each, int) and 0 <= each < 128 for each in value):
        return bytes(value).decode()
    return [with_text(each) for each in value]


class AnswerScrubber:
    """Reads one answer, text by text."""

    __slots__ = ("_first", "_holds", "_spellings", "_texts", "_types")

    def __init__(self, spellings: Spellings) -> None:
        self._holds = False  # whether anything is held back
        self._spellings = spellings
        self._first = PieceScrubber(spellings)  # the text of the first choice
        self._texts: dict[Key, PieceScrubber] = {(0, "text"): self._first}
        self._types: dict[Key, str] = {}

    def passes(self, delta: ChatDelta) -> bool:
        """Whether a delta has one text only and nothing of a secret in it, as nearly all have: it needs no
        `read`, which takes ten times as long."""
        if self._holds:
            return False
        if delta[1:] == NOTHING_BESIDE:
            return self._first.passes(delta.text)
        text, reasoning, transcript, calls, _, choice, extra = delta
        if extra:
            return False
        if calls:
            call, *others = calls
            alone = not (text or reasoning or transcript or others or call.id or call.name)
            return alone and self._text((choice, call.index)).passes(call.arguments)
        if text:
            return not (reasoning or transcript) and self._text((choice, "text")).passes(text)
        if reasoning:
            return not transcript and self._text((choice, "reasoning")).passes(reasoning)
        return not transcript or self._text((choice, "transcript")).passes(transcript)

    def read(self, event: Event) -> Iterator[Event]:
        """The event, after what it ends that was held back; nothing while all of it is held back."""
        hide = self._spellings.hide
        match event:
            case ChatDelta():
                yield from self._chat(event)
            case TranscriptDelta():
                yield from self._transcript(event)
            case Segment():
                text, speaker = self._unit("segment", event.text), self._spellings.clean(event.speaker)
                yield replace(event, text=text, speaker=speaker)
            case SpeechWords():
                yield SpeechWords(self._words(event.words))
            case TranscriptWords():
                yield replace(event, words=self._words(event.words))
            case Transcript():
                yield from self.end()
                yield replace(event, text=hide(event.text), language=self._spellings.clean(event.language))
            case AnswerMetadata():
                yield AnswerMetadata(hide(event.id), hide(event.model), self._spellings.clean(event.extra))
            case ImageReady():
                media_type, url, prompt = map(hide, (event.media_type, event.url, event.revised_prompt))
                facts = self._spellings.clean(event.facts)
                yield replace(event, media_type=media_type, url=url, revised_prompt=prompt, facts=facts)
            case ImagePartial():
                facts = self._spellings.clean(event.facts)
                yield replace(event, media_type=hide(event.media_type), facts=facts)
            case Used(usage):
                yield from self.end()
                tier, facts = hide(usage.service_tier), self._spellings.clean(usage.facts)
                if (tier, facts) != (usage.service_tier, usage.facts):
                    event = Used(replace(usage, service_tier=tier, facts=facts))
                yield event
            case _:
                yield event

    def end(self) -> Iterator[Event]:
        """What was held back of every text."""
        for (choice, name), text in self._texts.items():
            if not (rest := text.end()):
                continue
            if isinstance(name, int):
                yield ChatDelta(calls=(self._rest_of_call(choice, name, rest),), choice=choice)
            else:
                yield REST[name](rest, choice)
        self._holds = False

    def _chat(self, delta: ChatDelta) -> Iterator[ChatDelta]:
        """The delta; what was held back of a text that it does not continue comes with it."""
        choice, last = delta.choice, delta.finish is not None
        text = self._continue((choice, "text"), delta.text, last=last)
        reasoning = self._continue((choice, "reasoning"), delta.reasoning, last=last)
        transcript = self._continue((choice, "transcript"), delta.transcript, last=last)
        calls = self._calls(delta.calls, choice, last=last)
        intact = (text, reasoning, transcript) == delta[:3]
        extra = self._extra(delta.extra, choice, intact=intact) if delta.extra else None
        told = ChatDelta(text, reasoning, transcript, calls, delta.finish, choice, extra or None)
        self._holds = any(self._texts.values())
        if told != NOTHING._replace(choice=choice):
            yield told

    def _transcript(self, delta: TranscriptDelta) -> Iterator[TranscriptDelta]:
        text = self._continue((0, "delta"), delta.text)
        self._holds = any(self._texts.values())
        if text == delta.text and self._harmless(delta.logprobs, 0):
            yield delta
        elif text:
            yield TranscriptDelta(text)  # its tokens would spell what is hidden

    def _calls(self, calls: Iterable[ToolCall], choice: int, *, last: bool) -> tuple[ToolCall, ...]:
        told, hide = [], self._spellings.hide
        for call in calls:
            key = (choice, call.index)
            self._types[key] = call.type
            arguments = self._continue(key, call.arguments, last=last)
            told.append(replace(call, id=hide(call.id), name=hide(call.name), arguments=arguments))
        continued = {call.index for call in told}
        for (of, name), text in self._texts.items():
            if of == choice and isinstance(name, int) and name not in continued and (rest := text.end()):
                told.append(self._rest_of_call(choice, name, rest))
        return tuple(told)

    def _rest_of_call(self, choice: int, index: int, rest: str) -> ToolCall:
        return ToolCall(index, arguments=rest, type=self._types.get((choice, index), "function"))

    def _extra(self, extra: Mapping[str, Any], choice: int, *, intact: bool) -> dict[str, Any]:
        """The other fields of a choice; tokens of a text that is not intact would spell what is hidden."""
        fields = {name: value for name, value in extra.items() if name != "logprobs"}
        told = {name: self._field(value, (choice, name)) for name, value in fields.items()}
        if intact and "logprobs" in extra and self._harmless(extra["logprobs"], choice):
            told["logprobs"] = extra["logprobs"]
        return told

    def _harmless(self, tokens: Any, choice: int) -> bool:
        """Whether neither tokens nor their bytes spell a secret: they need not be those of the text."""
        spelled = with_text(tokens)
        return bool(self._field(spelled, (choice, "logprobs")) == spelled)

    def _field(self, value: Any, key: tuple[int, str]) -> Any:
        """A value whose strings are followed from delta to delta by their names."""
        choice, path = key
        if isinstance(value, str):
            return self._unit(path, value, choice)
        if isinstance(value, Mapping):
            hide, fields = self._spellings.hide, value.items()
            return {hide(name): self._field(each, (choice, f"{path}.{name}")) for name, each in fields}
        return [self._field(each, key) for each in value] if isinstance(value, list | tuple) else value

    def _words(self, words: Iterable[Word]) -> tuple[Word, ...]:
        return tuple(replace(word, word=self._unit("word", word.word)) for word in words)

    def _unit(self, name: str, text: str, choice: int = 0) -> str:
        """A text that cannot wait for the next one of its name."""
        return self._continue((choice, f".{name}"), text, last=True)

    def _continue(self, key: Key, piece: str, *, last: bool = False) -> str:
        """What a text goes on with; all that was held back where nothing continues it, or after the last."""
        if not piece:
            return self._texts[key].end() if key in self._texts else ""
        text = self._text(key)
        told = text.add(piece)
        return told + text.end() if last or key not in self._texts else told

    def _text(self, key: Key) -> PieceScrubber:
        text = self._texts.get(key)
        if text is None:
            text = PieceScrubber(self._spellings)
            if len(self._texts) < TEXTS:
                self._texts[key] = text
        return text
