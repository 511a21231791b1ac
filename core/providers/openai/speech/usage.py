"""Usage of speech: characters are counted, seconds measured, tokens reported or estimated."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat, PcmShape
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media.audio_frames import FRAME_FORMATS, FrameTimer
from core.media.audio_header import FLAC_INFO, duration, pcm_shape
from core.providers.openai.router import reported_cost
from core.providers.openai.usage_report import UsageReport, in_openai_names
from core.providers.shared.quantities import count

BYTES_PER_TOKEN = 4
TOKENS_PER_SECOND = 20
TOKENS = frozenset({f"{Kind.TEXT_IN}.{Unit.TOKEN}", f"{Kind.AUDIO_OUT}.{Unit.TOKEN}"})


class SpeechMeter:
    """Counts the audio of one answer and makes its `Usage`; its reader counts `unreadable` events."""

    __slots__ = (
        "_audio",
        "_frames",
        "_head",
        "_pcm",
        "_report",
        "_request",
        "_size",
        "_target",
        "unreadable",
    )

    def __init__(self, target: Target, request: SpeechRequest, audio: AudioFormat) -> None:
        self._target = target
        self._request = request
        self._audio = audio
        self._pcm = PcmShape()
        self._head = b""
        self._frames = FrameTimer(FRAME_FORMATS[audio]()) if audio in FRAME_FORMATS else None
        self._size = 0
        self.unreadable = 0
        self._report = UsageReport()

    def begin(self, head: bytes, media_type: str) -> PcmShape:
        """Count the first bytes; returns the sample rate and channels that they announce."""
        self._pcm = pcm_shape(self._audio, head, media_type)
        self.add(head)
        return self._pcm

    def add(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if len(self._head) < FLAC_INFO:
            self._head += chunk[:FLAC_INFO]
        if self._frames is not None:
            self._frames.add(chunk)

    def report(self, value: Any) -> None:
        """Take the usage of an object; implausible counts are ignored, and ours are an estimate."""
        self._report.read(value)

    def usage(self) -> Usage:
        """Characters and seconds always, tokens where they were reported or have a price.

        `estimated` is true when an amount that has a price is not exact.
        """
        played = duration(self._audio, self._size, self._head, self._pcm, self._frames)
        amounts = [
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(len(self._request.text))),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, round(Decimal(played.seconds), 3)),
        ]
        estimated = set() if played.exact else {amounts[1].name}
        priced = {price.name for price in self._target.prices}
        reported = self._reported_tokens()
        if reported or not TOKENS.isdisjoint(priced):
            text, audio = reported or (self._text_tokens(), self._audio_tokens(played.seconds))
            tokens = [
                Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(text)),
                Amount(Kind.AUDIO_OUT, Unit.TOKEN, Decimal(audio)),
            ]
            amounts += tokens
            estimated |= set() if reported else {amount.name for amount in tokens}
        cost = reported_cost(self._report.usage or {}, self._target)
        return Usage(tuple(amounts), cost, estimated=bool(estimated & priced))

    def _reported_tokens(self) -> tuple[int, int] | None:
        """Tokens of the text and of the audio, where the provider reported both."""
        if self._report.usage is None:
            return None
        usage = in_openai_names(self._report.usage)
        text, audio = count(usage["prompt_tokens"]), count(usage["completion_tokens"])
        return None if text is None or audio is None else (text, audio)

    def _text_tokens(self) -> int:
        """Four bytes of UTF-8 to a token: about right for English, Russian and Chinese alike."""
        text = self._request.text + (self._request.instructions or "")
        return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)

    def _audio_tokens(self, seconds: float) -> int:
        return math.ceil(
            seconds * float(self._target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND))
        )
