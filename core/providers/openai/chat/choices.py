"""What one choice of an answer brings: a piece of it, or the whole, which has the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamError, UpstreamFailed, UpstreamInvalid
from core.contract.events import ChatDelta, Event, ImageReady
from core.providers.openai.chat.audio import AudioDecoder
from core.providers.openai.chat.images import picture
from core.providers.openai.chat.tool_calls import ToolCallReader
from core.providers.shared.errors import from_object

BESIDE = ("logprobs", "native_finish_reason", "content_filter_results")
WITHIN = ("refusal", "annotations", "reasoning_details", "function_call", "extra_content")
OF_SOUND = ("id", "expires_at")
MOST_CHOICES = 128


class ChoiceReader:
    """Reads choices as they come; `finished` once one has said why it ended."""

    __slots__ = ("_calls", "_hide", "_pictures", "finished", "sound")

    def __init__(self, audio: AudioFormat, hide: tuple[str, ...], *, wrapped: bool) -> None:
        self.finished = False
        self.sound = AudioDecoder(audio, wrapped=wrapped)
        self._hide = hide
        self._calls = ToolCallReader()
        self._pictures = 0

    def read(self, choice: Any, position: int, name: str) -> Iterator[Event]:
        """A `ChatDelta` unless it would be empty, then sound, then pictures; `name` is `delta` or `message`.

        Raises what the choice says of an error, `UpstreamInvalid` for what is no choice.
        """
        if not isinstance(choice, dict):
            raise UpstreamInvalid("The provider sent a choice that is not an object.")
        if error := failure(choice, self._hide):
            raise error
        if name == "message" and choice.get(name) is None:
            raise UpstreamInvalid("The provider sent a choice without a message.")
        message, number = mapping(choice, name), index(choice, position)
        delta = self._delta(choice, message, number)
        if delta is not None:
            yield delta
        if number == 0 and (data := mapping(message, "audio").get("data")) is not None:
            yield from self.sound.add(data)
        for image in (*listed(message, "images"), *drawn(message.get("content"))):
            media_type, content, url = picture(image)
            yield ImageReady(self._pictures, media_type, content, url, number)
            self._pictures += 1

    def _delta(self, choice: Mapping[str, Any], message: Mapping[str, Any], number: int) -> ChatDelta | None:
        text, thought = written(message.get("content"))
        transcript = words(mapping(message, "audio").get("transcript"))
        reasoning = words(message.get("reasoning")) or words(message.get("reasoning_content")) or thought
        calls = self._calls.read(listed(message, "tool_calls"), number)
        finish = words(choice.get("finish_reason")) or None
        self.finished = self.finished or finish is not None
        told = aside(choice, message)
        if not (text or transcript or reasoning or calls or finish or told):
            return None
        return ChatDelta(text, reasoning, transcript, calls, finish, number, told)


def failure(choice: Mapping[str, Any], hide: tuple[str, ...]) -> UpstreamError | None:
    """A router reports what broke behind it within a 200, as the reason why a choice finished."""
    if error := from_object(choice, hide):
        return error
    if choice.get("finish_reason") == "error":
        return UpstreamFailed("The provider ended its answer with an error.")
    return None


def aside(choice: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is relayed as it came."""
    beside = {name: choice[name] for name in BESIDE if choice.get(name)}
    within = {name: message[name] for name in WITHIN if message.get(name)}
    audio = mapping(message, "audio")
    if sound := {name: audio[name] for name in OF_SOUND if audio.get(name)}:
        within["audio"] = sound
    if within:
        beside["delta"] = within
    return beside or None


def written(content: Any) -> tuple[str, str]:
    """(text, reasoning) of a content: a string, or parts as Mistral sends them. Raises `UpstreamInvalid`."""
    if content is None or isinstance(content, str):
        return content or "", ""
    if not isinstance(content, list):
        raise UpstreamInvalid("The provider sent words that are no text.")
    parts = [part for part in content if isinstance(part, dict)]
    text = "".join(words(part.get("text")) for part in parts if part.get("type") in ("text", "output_text"))
    return text, "".join(written(part.get("thinking"))[0] for part in parts if part.get("type") == "thinking")


def drawn(content: Any) -> list[Any]:
    """The pictures among the parts of a content."""
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, dict) and part.get("type") == "image_url"]


def mapping(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What is there, where it is an object; an empty one for null. Raises `UpstreamInvalid`."""
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UpstreamInvalid(f"The provider sent a {name} that is not an object.")
    return found


def listed(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UpstreamInvalid(f"The provider sent {name} that are no list.")
    return found


def index(choice: Mapping[str, Any], position: int) -> int:
    found = choice.get("index")
    return found if type(found) is int and 0 <= found < MOST_CHOICES else position


def words(value: Any) -> str:
    return value if isinstance(value, str) else ""
