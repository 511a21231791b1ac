"""Reads one choice of an answer into events: a `delta`, or a whole `message`, which has the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamError, UpstreamFailed, UpstreamInvalid
from core.contract.events import ChatDelta, Event, ImageReady
from core.providers.openai.chat.audio import AudioDecoder
from core.providers.openai.chat.images import read_image
from core.providers.openai.chat.tool_calls import ToolCallReader
from core.providers.openai.errors import error_in

CHOICE_FIELDS = ("logprobs", "native_finish_reason", "content_filter_results")
MESSAGE_FIELDS = ("refusal", "annotations", "reasoning_details", "function_call", "extra_content")
AUDIO_FIELDS = ("id", "expires_at")
"""Fields that are relayed unchanged, in `ChatDelta.extra`."""
MAX_CHOICES = 128


class ChoiceReader:
    """Reads choices as they arrive; `finished` once one had a `finish_reason`."""

    __slots__ = ("_calls", "_hide", "_images", "audio", "finished")

    def __init__(self, audio: AudioFormat, hide: tuple[str, ...], *, wrapped: bool) -> None:
        self.finished = False
        self.audio = AudioDecoder(audio, wrapped=wrapped)
        self._hide = hide
        self._calls = ToolCallReader()
        self._images = 0

    def read(self, choice: Any, position: int, name: str) -> Iterator[Event]:
        """A `ChatDelta` unless it would be empty, then audio, then images; `name` is `delta` or `message`.

        Raises the error of a choice that has one, `UpstreamInvalid` for what is no choice.
        """
        if not isinstance(choice, dict):
            raise UpstreamInvalid("The provider sent a choice that is not an object.")
        if error := choice_error(choice, self._hide):
            raise error
        if name == "message" and choice.get(name) is None:
            raise UpstreamInvalid("The provider sent a choice without a message.")
        message, number = mapping(choice, name), index(choice, position)
        delta = self._delta(choice, message, number)
        if delta is not None:
            yield delta
        if number == 0 and (data := mapping(message, "audio").get("data")) is not None:
            yield from self.audio.add(data)
        for image in (*items(message, "images"), *image_parts(message.get("content"))):
            media_type, content, url = read_image(image)
            yield ImageReady(self._images, media_type, content, url, number)
            self._images += 1

    def _delta(self, choice: Mapping[str, Any], message: Mapping[str, Any], number: int) -> ChatDelta | None:
        text, thought = text_of(message.get("content"))
        transcript = string(mapping(message, "audio").get("transcript"))
        reasoning = string(message.get("reasoning")) or string(message.get("reasoning_content")) or thought
        calls = self._calls.read(items(message, "tool_calls"), number)
        finish = string(choice.get("finish_reason")) or None
        self.finished = self.finished or finish is not None
        extra = extra_of(choice, message)
        if not (text or transcript or reasoning or calls or finish or extra):
            return None
        return ChatDelta(text, reasoning, transcript, calls, finish, number, extra)


def choice_error(choice: Mapping[str, Any], hide: tuple[str, ...]) -> UpstreamError | None:
    """The error of a choice: a router reports the failure of a provider behind it there, in a 200."""
    if error := error_in(choice, hide):
        return error
    if choice.get("finish_reason") == "error":
        return UpstreamFailed("The provider ended its answer with an error.")
    return None


def extra_of(choice: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields that are relayed unchanged; None where the choice has none."""
    extra = {name: choice[name] for name in CHOICE_FIELDS if choice.get(name)}
    message_fields = {name: message[name] for name in MESSAGE_FIELDS if message.get(name)}
    audio = mapping(message, "audio")
    if audio_fields := {name: audio[name] for name in AUDIO_FIELDS if audio.get(name)}:
        message_fields["audio"] = audio_fields
    if message_fields:
        extra["delta"] = message_fields
    return extra or None


def text_of(content: Any) -> tuple[str, str]:
    """(text, reasoning) of a content: a string, or a list of parts, as Mistral sends it.

    Raises `UpstreamInvalid` for anything else.
    """
    if content is None or isinstance(content, str):
        return content or "", ""
    if not isinstance(content, list):
        raise UpstreamInvalid("The provider sent words that are no text.")
    parts = [part for part in content if isinstance(part, dict)]
    text = "".join(string(part.get("text")) for part in parts if part.get("type") in ("text", "output_text"))
    return text, "".join(text_of(part.get("thinking"))[0] for part in parts if part.get("type") == "thinking")


def image_parts(content: Any) -> list[Any]:
    """The image parts of a content."""
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, dict) and part.get("type") == "image_url"]


def mapping(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, empty where it is missing or null. Raises `UpstreamInvalid` for others."""
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UpstreamInvalid(f"The provider sent a {name} that is not an object.")
    return found


def items(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UpstreamInvalid(f"The provider sent {name} that are no list.")
    return found


def index(choice: Mapping[str, Any], position: int) -> int:
    found = choice.get("index")
    return found if type(found) is int and 0 <= found < MAX_CHOICES else position


def string(value: Any) -> str:
    return value if isinstance(value, str) else ""
