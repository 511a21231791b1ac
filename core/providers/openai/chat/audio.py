"""The sound of an answer: base64 in pieces of any length becomes whole samples."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import Any

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape, wav_header
from core.contract.errors import UpstreamInvalid
from core.contract.events import AudioChunk, AudioStart, Event
from core.media.audio_header import accept, shape

SAMPLE = 2
"""Bytes of one."""


class AudioDecoder:
    """Decodes piece by piece; what a piece leaves over waits for the next. `wrapped` makes one WAV of all."""

    __slots__ = ("_audio", "_begun", "_held", "_samples", "_text", "_wrapped")

    def __init__(self, audio: AudioFormat, *, wrapped: bool = False) -> None:
        self._audio = AudioFormat.PCM if wrapped else audio
        self._wrapped = wrapped
        self._begun = False
        self._text = ""  # base64 short of four characters
        self._held = b""  # bytes short of a sample
        self._samples = bytearray()  # waiting to be wrapped

    def add(self, encoded: Any) -> Iterator[Event]:
        """What a piece of base64 brings. Raises `UpstreamInvalid` for what is none, or another format."""
        if not isinstance(encoded, str):
            raise UpstreamInvalid("The provider sent sound that is not base64.")
        text = self._text + encoded
        rest = 0 if text.endswith("=") else len(text) % 4
        self._text = text[len(text) - rest :]
        return self._begin(decoded(text[: len(text) - rest]))

    def end(self) -> Iterator[Event]:
        """The last of it; half a sample is none."""
        text, self._text = self._text, ""
        yield from self._begin(decoded(text + "=" * (-len(text) % 4)))
        if self._wrapped and self._begun:
            yield AudioStart(AudioFormat.WAV, PCM_RATE)
            yield AudioChunk(wav_header(PcmShape(), len(self._samples)) + self._samples)

    def _begin(self, data: bytes) -> Iterator[Event]:
        data = self._held + data
        odd = len(data) % SAMPLE if self._audio is AudioFormat.PCM else 0
        self._held = data[len(data) - odd :]
        data = data[: len(data) - odd]
        if not data:
            return
        if not self._begun:
            accept(data, self._audio)
        if self._wrapped:
            self._samples += data
        else:
            if not self._begun:
                pcm = shape(self._audio, data)
                yield AudioStart(self._audio, pcm.sample_rate, pcm.channels)
            yield AudioChunk(data)
        self._begun = True


def decoded(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True) if text else b""
    except (binascii.Error, ValueError):
        failure = UpstreamInvalid("The provider sent sound that is not base64.")
    raise failure
