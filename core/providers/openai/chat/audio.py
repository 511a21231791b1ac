"""The audio of an answer: base64 in pieces of any length, decoded to whole samples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape, wav_header
from core.contract.errors import UpstreamInvalid
from core.contract.events import AudioChunk, AudioStart, Event
from core.media.audio_header import pcm_shape, require_format
from core.providers.shared.audio.base64 import NOT_BASE64, decode_audio

SAMPLE = 2
"""Bytes of a sample."""


class AudioDecoder:
    """Decodes piece by piece; the rest of a piece waits for the next one.

    `wrapped` collects the samples and makes one WAV of them at the end.
    """

    __slots__ = ("_audio", "_rest", "_samples", "_started", "_text", "_wrapped")

    def __init__(self, audio: AudioFormat, *, wrapped: bool = False) -> None:
        self._audio = AudioFormat.PCM if wrapped else audio
        self._wrapped = wrapped
        self._started = False
        self._text = ""  # fewer than four characters of base64
        self._rest = b""  # less than a sample
        self._samples = bytearray()  # for the WAV

    def decode(self, encoded: Any) -> bytes:
        """The bytes of a piece of base64 and of what the one before left over. Raises `UpstreamInvalid`."""
        if not isinstance(encoded, str):
            raise UpstreamInvalid(NOT_BASE64)
        text = self._text + encoded
        rest = 0 if text.endswith("=") else len(text) % 4
        self._text = text[len(text) - rest :]
        return decode_audio(text[: len(text) - rest])

    def end(self) -> Iterator[Event]:
        """The events of what is left; an incomplete sample is dropped."""
        with suppress(UpstreamInvalid):  # fewer than three bytes, and not whole
            yield from self.add(decode_audio(self._text + "=" * (-len(self._text) % 4)))
        self._text = ""
        if self._wrapped and self._started:
            yield AudioStart(AudioFormat.WAV, PCM_RATE, converted_from=AudioFormat.PCM)
            yield AudioChunk(wav_header(PcmShape(), len(self._samples)) + self._samples)

    def add(self, data: bytes) -> Iterator[Event]:
        """The events of more bytes. Raises `UpstreamInvalid` where they are another format."""
        data = self._rest + data
        odd = len(data) % SAMPLE if self._audio is AudioFormat.PCM else 0
        self._rest = data[len(data) - odd :]
        data = data[: len(data) - odd]
        if not data:
            return
        if not self._started:
            require_format(data, self._audio)
        if self._wrapped:
            self._samples += data
        else:
            if not self._started:
                pcm = pcm_shape(self._audio, data)
                yield AudioStart(self._audio, pcm.sample_rate, pcm.channels)
            yield AudioChunk(data)
        self._started = True
