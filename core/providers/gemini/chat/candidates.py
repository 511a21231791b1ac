"""Reads one candidate of an answer, or a piece of one, into events.

https://ai.google.dev/api/generate-content#candidate
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamInvalid
from core.contract.events import AudioChunk, AudioStart, ChatDelta, Event, ImageReady, ToolCall
from core.media.audio_header import pcm_shape
from core.media.file_types import HEAD, file_type
from core.providers.gemini.chat.finish_reasons import finish_reason
from core.providers.gemini.chat.logprobs import logprobs_of
from core.providers.gemini.chat.signatures import detail
from core.providers.gemini.chat.tool_calls import OURS
from core.providers.gemini.errors import objects
from core.providers.shared.audio.base64 import decode_audio
from core.providers.shared.json_text import string


class CandidateReader:
    """Reads candidates as they arrive. What cannot be read is left out and counted in `unreadable`."""

    __slots__ = ("_calls", "_details", "_finished", "_images", "_seen", "_spoke", "unreadable")

    def __init__(self) -> None:
        self.unreadable = 0
        self._calls: dict[int, int] = {}
        self._details: dict[int, int] = {}
        self._finished: set[int] = set()
        self._seen: set[int] = set()
        self._images = 0
        self._spoke = False

    @property
    def finished(self) -> bool:
        """Whether every candidate that came said why it ended."""
        return bool(self._finished) and self._seen <= self._finished

    def read(self, candidate: Any, position: int) -> Iterator[Event]:
        """A `ChatDelta` unless it would be empty, then audio and images."""
        if not isinstance(candidate, dict):
            self.unreadable += 1
            return
        index = candidate.get("index")
        number = index if type(index) is int else position
        self._seen.add(number)
        content = candidate.get("content")
        parts = list(objects(content.get("parts"))) if isinstance(content, dict) else []
        delta = self._delta(candidate, parts, number)
        if delta is not None:
            yield delta
        for part in parts:
            yield from self._file(part, number)

    def _delta(
        self, candidate: Mapping[str, Any], parts: list[Mapping[str, Any]], number: int
    ) -> ChatDelta | None:
        texts = ("".join(string(part.get("text")) for part in parts if bool(part.get("thought")) is thought)
                 for thought in (False, True))  # fmt: skip
        text, reasoning = texts
        calls, details = self._signed(parts, number)
        word = candidate.get("finishReason")
        finish = finish_reason(word, called=number in self._calls)
        if finish is not None:
            self._finished.add(number)
        extra = self._extra(candidate, details, word if finish else None)
        if not (text or reasoning or calls or finish or extra):
            return None
        return ChatDelta(text, reasoning, calls=calls, finish=finish, choice=number, extra=extra or None)

    def _signed(
        self, parts: list[Mapping[str, Any]], number: int
    ) -> tuple[tuple[ToolCall, ...], list[dict[str, Any]]]:
        """The calls among the parts, and the signatures of all of them."""
        calls: list[ToolCall] = []
        details: list[dict[str, Any]] = []
        for part in parts:
            id = ""
            if isinstance(function := part.get("functionCall"), dict):
                calls.append(self._call(function, number))
                id = calls[-1].id
            if signature := string(part.get("thoughtSignature")):
                at = self._details.get(number, 0)
                self._details[number] = at + 1
                details.append(detail(signature, at, id))
        return tuple(calls), details

    def _call(self, function: Mapping[str, Any], number: int) -> ToolCall:
        index = self._calls.get(number, 0)
        self._calls[number] = index + 1
        arguments = orjson.dumps(function.get("args") or {}).decode()
        id = string(function.get("id")) or f"{OURS}{secrets.token_hex(12)}"
        return ToolCall(index, id, string(function.get("name")), arguments)

    def _extra(
        self, candidate: Mapping[str, Any], details: list[dict[str, Any]], word: Any
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if (logprobs := logprobs_of(candidate)) is not None:
            found["logprobs"] = logprobs
        if word is not None:
            found["native_finish_reason"] = word
        if details:
            found["delta"] = {"reasoning_details": details}
        return found

    def _file(self, part: Mapping[str, Any], number: int) -> Iterator[Event]:
        """The picture or the sound of a part; pictures that are thoughts are left out."""
        inline = part.get("inlineData")
        if not isinstance(inline, dict) or part.get("thought"):
            return
        media_type = string(inline.get("mimeType"))
        try:
            data = decode_audio(inline.get("data"))
        except UpstreamInvalid:
            data = b""
        if not data:
            self.unreadable += 1
        elif media_type.startswith("audio/"):
            yield from self._sound(data, media_type)
        else:
            sniffed = file_type(data[:HEAD])
            known = sniffed.media_type if sniffed and sniffed.is_image else media_type
            yield ImageReady(self._images, known, data, choice=number)
            self._images += 1

    def _sound(self, data: bytes, media_type: str) -> Iterator[Event]:
        if not self._spoke:
            shape = pcm_shape(AudioFormat.PCM, b"", media_type)
            yield AudioStart(AudioFormat.PCM, shape.sample_rate, shape.channels)
            self._spoke = True
        yield AudioChunk(data)
