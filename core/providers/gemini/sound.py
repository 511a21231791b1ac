"""Reads the answer to a speech request into samples, and what it is billed by.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat, PcmShape
from core.contract.errors import UpstreamInvalid
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media.audio_header import pcm_shape
from core.providers.gemini.chat.finish_reasons import FILTERED
from core.providers.gemini.errors import blocked, objects, withheld
from core.providers.gemini.stream import ObjectReader, truncated
from core.providers.gemini.usage import UsageReport
from core.providers.shared.audio.base64 import decode_audio
from core.providers.shared.json_text import string

SAMPLE = 2
"""Bytes of a sample."""
WAV = ("audio/wav", "audio/x-wav", "audio/wave")
DATA = b"data"


class SpeechReader:
    """Reads one answer as it arrives; `shape` is that of its samples once the first ones came."""

    __slots__ = ("_finish", "_objects", "_rest", "_size", "_text", "id", "model", "report", "shape")

    def __init__(self, hide: tuple[str, ...], text: str) -> None:
        self.id = self.model = ""
        self.report = UsageReport()
        self.shape = PcmShape()
        self._objects = ObjectReader(hide)
        self._text = text
        self._finish = ""
        self._rest = b""  # less than a sample
        self._size = 0

    @property
    def unreadable(self) -> int:
        return self._objects.unreadable

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The whole samples that `chunk` completes. Iterating raises from the error tree."""
        for value in self._objects.feed(chunk):
            yield from self._read(value)

    def end(self) -> Iterator[bytes]:
        """The last samples. Iterating raises where the answer was refused, cut short or ended too early."""
        for value in self._objects.end():
            yield from self._read(value)
        if self._finish in FILTERED:
            raise withheld(self._finish, "to say this")
        if self._finish != "STOP":
            raise truncated()

    def usage(self) -> Usage:
        """Characters and seconds are exact, tokens as reported."""
        seconds = Decimal(self._size) / self.shape.bytes_per_second
        counted = (
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(len(self._text))),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, round(seconds, 3)),
        )
        reported = self.report.whole()
        return replace(reported, amounts=(*counted, *reported.amounts))

    def _read(self, value: Mapping[str, Any]) -> Iterator[bytes]:
        self.report.read(value)
        if error := blocked(value):
            raise error
        self.id = self.id or string(value.get("responseId"))
        self.model = self.model or string(value.get("modelVersion"))
        candidate = next(objects(value.get("candidates")), {})
        content = candidate.get("content")
        for part in objects(content.get("parts")) if isinstance(content, dict) else ():
            if isinstance(inline := part.get("inlineData"), dict):
                yield from self._samples(inline)
        self._finish = string(candidate.get("finishReason")) or self._finish

    def _samples(self, inline: Mapping[str, Any]) -> Iterator[bytes]:
        media_type = string(inline.get("mimeType")).lower()
        try:
            data = decode_audio(inline.get("data"))
        except UpstreamInvalid:
            self._objects.unreadable += 1
            return
        wav = media_type.partition(";")[0].strip() in WAV or data.startswith(b"RIFF")
        if not self._size:
            self.shape = pcm_shape(AudioFormat.WAV if wav else AudioFormat.PCM, data, media_type)
        data = self._rest + (without_header(data) if wav else data)
        odd = len(data) % SAMPLE
        self._rest, data = data[len(data) - odd :], data[: len(data) - odd]
        self._size += len(data)
        if data:
            yield data


def without_header(wav: bytes) -> bytes:
    """The samples of a WAV whose header is at its beginning."""
    at = wav.find(DATA, 12)
    return wav[at + 8 :] if wav.startswith(b"RIFF") and at >= 0 else wav
