"""Reads one choice of an answer into events: a `delta`, or a whole `message`, which has the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamError, UpstreamFailed, UpstreamInvalid
from core.contract.events import ChatDelta, Event, ImageReady
from core.providers.openai.chat.audio import AudioDecoder
from core.providers.openai.chat.finish_reasons import ERROR, FinishReader, finish_reason
from core.providers.openai.chat.images import read_image
from core.providers.openai.chat.tool_calls import ToolCallReader
from core.providers.openai.errors import error_in
from core.providers.shared.json_text import string

CHOICE_FIELDS = ("logprobs", "native_finish_reason", "content_filter_results")
MESSAGE_FIELDS = ("refusal", "annotations", "reasoning_details", "function_call", "extra_content")
AUDIO_FIELDS = ("id", "expires_at")
"""Fields that are relayed unchanged, in `ChatDelta.extra`."""
TEXT_PARTS = ("text", "output_text")
MAX_CHOICES = 128


class ChoiceReader:
    """Reads choices as they arrive. What cannot be read is left out and counted in `unreadable`."""

    __slots__ = ("_calls", "_finishes", "_hide", "_images", "audio", "unreadable")

    def __init__(self, audio: AudioFormat, hide: tuple[str, ...], *, wrapped: bool) -> None:
        self.unreadable = 0
        self.audio = AudioDecoder(audio, wrapped=wrapped)
        self._hide = hide
        self._calls = ToolCallReader()
        self._finishes = FinishReader()
        self._images = 0

    @property
    def finished(self) -> bool:
        """Whether every choice that came had a `finish_reason`."""
        return self._finishes.whole

    def read(self, choice: Any, position: int, name: str) -> Iterator[Event]:
        """A `ChatDelta` unless it would be empty, then audio, then images; `name` is `delta` or `message`.

        Raises the error of a choice that has one.
        """
        if not isinstance(choice, dict) or (name == "message" and choice.get(name) is None):
            self.unreadable += 1
            return
        if error := choice_error(choice, self._hide):
            raise error
        message, number = self._mapping(choice, name), index(choice, position)
        delta = self._delta(choice, message, number)
        if delta is not None:
            yield delta
        if number == 0:
            yield from self._sound(self._mapping(message, "audio"))
        for image in (*self._items(message, "images"), *image_parts(message.get("content"))):
            yield from self._image(image, number)

    def _delta(self, choice: Mapping[str, Any], message: Mapping[str, Any], number: int) -> ChatDelta | None:
        text, thought = self._text(message.get("content"))
        transcript = string(self._mapping(message, "audio").get("transcript"))
        reasoning = string(message.get("reasoning")) or string(message.get("reasoning_content")) or thought
        calls = self._calls.read(self._objects(message, "tool_calls"), number)
        word = choice.get("finish_reason")
        finish = self._finishes.read(word, number)
        extra = extra_of(choice, message)
        if finish is not None and finish != word:
            extra = {"native_finish_reason": word, **(extra or {})}
        if not (text or transcript or reasoning or calls or finish or extra):
            return None
        return ChatDelta(text, reasoning, transcript, calls, finish, number, extra)

    def _sound(self, audio: Mapping[str, Any]) -> Iterator[Event]:
        """The events of a piece of audio. Raises `UpstreamInvalid` for audio of another format."""
        data = audio.get("data")
        if data is None:
            return
        try:
            samples = self.audio.decode(data)
        except UpstreamInvalid:
            self.unreadable += 1
            return
        yield from self.audio.add(samples)

    def _image(self, image: Any, number: int) -> Iterator[Event]:
        try:
            media_type, content, url = read_image(image)
        except UpstreamInvalid:
            self.unreadable += 1
            return
        yield ImageReady(self._images, media_type, content, url, number)
        self._images += 1

    def _text(self, content: Any) -> tuple[str, str]:
        """(text, reasoning) of a content: a string, or a list of parts, as Mistral sends it."""
        if content is None or isinstance(content, str):
            return content or "", ""
        if not isinstance(content, list):
            self.unreadable += 1
            return "", ""
        parts = [part for part in content if isinstance(part, dict)]
        text = "".join(string(part.get("text")) for part in parts if part.get("type") in TEXT_PARTS)
        thoughts = (self._text(part.get("thinking"))[0] for part in parts if part.get("type") == "thinking")
        return text, "".join(thoughts)

    def _mapping(self, value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """The object under `name`, empty where it is missing, null or something else."""
        found = value.get(name)
        self.unreadable += found is not None and not isinstance(found, dict)
        return found if isinstance(found, dict) else {}

    def _items(self, value: Mapping[str, Any], name: str) -> list[Any]:
        found = value.get(name)
        self.unreadable += found is not None and not isinstance(found, list)
        return found if isinstance(found, list) else []

    def _objects(self, value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        found = self._items(value, name)
        objects = [each for each in found if isinstance(each, dict)]
        self.unreadable += len(found) - len(objects)
        return objects


def choice_error(choice: Mapping[str, Any], hide: tuple[str, ...]) -> UpstreamError | None:
    """The error of a choice: a router reports the failure of a provider behind it there, in a 200."""
    if error := error_in(choice, hide):
        return error
    if finish_reason(choice.get("finish_reason")) == ERROR:
        return UpstreamFailed("The provider ended its answer with an error.")
    return None


def extra_of(choice: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields that are relayed unchanged; None where the choice has none."""
    extra = {name: choice[name] for name in CHOICE_FIELDS if choice.get(name)}
    message_fields = {name: message[name] for name in MESSAGE_FIELDS if message.get(name)}
    audio = message.get("audio")
    audio = audio if isinstance(audio, dict) else {}
    if audio_fields := {name: audio[name] for name in AUDIO_FIELDS if audio.get(name)}:
        message_fields["audio"] = audio_fields
    if message_fields:
        extra["delta"] = message_fields
    return extra or None


def image_parts(content: Any) -> list[Any]:
    """The image parts of a content."""
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, dict) and part.get("type") == "image_url"]


def index(choice: Mapping[str, Any], position: int) -> int:
    found = choice.get("index")
    return found if type(found) is int and 0 <= found < MAX_CHOICES else position
