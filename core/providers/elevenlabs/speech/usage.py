"""Usage of speech: the characters that the vendor says it charges, and the seconds that the audio plays."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from core.contract.audio import AudioFormat, PcmShape
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media.audio_frames import FRAME_FORMATS, FrameTimer
from core.media.audio_header import FLAC_INFO, duration
from core.providers.shared.quantities import MAX_COUNT

COST_HEADERS = ("character-cost", "x-character-count")
"""https://elevenlabs.io/docs/api-reference/introduction#tracking-generation-costs"""


class SpeechMeter:
    """Counts the audio of one answer as the vendor sends it; `size` are its bytes."""

    __slots__ = ("_audio", "_characters", "_frames", "_head", "_shape", "size")

    def __init__(self, audio: AudioFormat, shape: PcmShape, characters: Amount) -> None:
        self._audio = audio
        self._shape = shape
        self._characters = characters
        self._head = b""
        self._frames = FrameTimer(FRAME_FORMATS[audio]()) if audio in FRAME_FORMATS else None
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if len(self._head) < FLAC_INFO:
            self._head += chunk[:FLAC_INFO]
        if self._frames is not None:
            self._frames.add(chunk)

    def usage(self, target: Target) -> Usage:
        """Characters and seconds; an estimate where seconds have a price and are not exact."""
        played = duration(self._audio, self.size, self._head, self._shape, self._frames)
        seconds = Amount(Kind.AUDIO_OUT, Unit.SECOND, round(Decimal(played.seconds), 3))
        priced = {price.name for price in target.prices}
        return Usage((self._characters, seconds), estimated=not played.exact and seconds.name in priced)


def characters_of(target: Target, request: SpeechRequest, headers: Mapping[str, str]) -> Amount:
    """The characters that are charged: the vendor's own figure, else those of the text.

    The vendor counts credits, of which the models of the endpoint's option `credits_per_character` take fewer
    or more than one for a character; prices are for characters.
    """
    told = next((cost for name in COST_HEADERS if (cost := credits(headers.get(name, ""))) is not None), None)
    if told is None:
        return Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(len(request.text)))
    share = Decimal(str(target.options.get("credits_per_character", 1)))
    return Amount(Kind.TEXT_IN, Unit.CHARACTER, (told / share).normalize() if share > 0 else told)


def credits(text: str) -> Decimal | None:
    """A header's figure; None for what is no plausible count."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= MAX_COUNT else None
