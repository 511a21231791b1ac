"""What a spoken answer comes to: characters are counted, tokens reported or estimated."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat, PcmShape
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media.audio_header import length, shape

HEAD = 4096
MOST_TOKENS = 1_000_000_000
BYTES_PER_TOKEN = 4
TOKENS_PER_SECOND = 20
TOKENS = frozenset({f"{Kind.TEXT_IN}.{Unit.TOKEN}", f"{Kind.AUDIO_OUT}.{Unit.TOKEN}"})


class SpeechMeter:
    """Notes what passes and ends as `Usage`."""

    __slots__ = ("_audio", "_head", "_pcm", "_reported", "_request", "_size", "_target")

    def __init__(self, target: Target, request: SpeechRequest, audio: AudioFormat) -> None:
        self._target = target
        self._request = request
        self._audio = audio
        self._pcm = PcmShape()
        self._head = b""
        self._size = 0
        self._reported: tuple[int, int] | None = None

    def begin(self, head: bytes, media_type: str) -> PcmShape:
        """Note the first bytes; answers with the rate and channels they announce."""
        self._pcm = shape(self._audio, head, media_type)
        self._head = head[:HEAD]
        self._size = len(head)
        return self._pcm

    def add(self, chunk: bytes) -> None:
        self._size += len(chunk)

    def report(self, usage: Any) -> None:
        """Take the provider's own count, unless it is nonsense: then ours stands, marked as estimated."""
        if isinstance(usage, dict):
            heard, spoken = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
            if heard is not None and spoken is not None:
                self._reported = heard, spoken

    def usage(self) -> Usage:
        """Characters and seconds always, tokens where they were reported or have a price.

        `estimated` is true when an amount that has a price was guessed.
        """
        played = length(self._audio, self._size, self._head, self._pcm)
        amounts = [
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(len(self._request.text))),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, round(Decimal(played.seconds), 3)),
        ]
        guessed = set() if played.exact else {amounts[1].name}
        priced = {price.name for price in self._target.prices}
        if self._reported or not TOKENS.isdisjoint(priced):
            tokens = self._tokens(played.seconds)
            amounts += tokens
            guessed |= set() if self._reported else {amount.name for amount in tokens}
        return Usage(tuple(amounts), estimated=bool(guessed & priced))

    def _tokens(self, seconds: float) -> list[Amount]:
        heard, spoken = self._reported or (self._text_tokens(), self._audio_tokens(seconds))
        return [
            Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(heard)),
            Amount(Kind.AUDIO_OUT, Unit.TOKEN, Decimal(spoken)),
        ]

    def _text_tokens(self) -> int:
        """Four bytes of UTF-8 to a token: about right for English, Russian and Chinese alike."""
        text = self._request.text + (self._request.instructions or "")
        return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)

    def _audio_tokens(self, seconds: float) -> int:
        return math.ceil(
            seconds * float(self._target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND))
        )


def _count(value: Any) -> int | None:
    """A plausible count, or None: neither negative, nor absurd, nor a float, nor true."""
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None
