"""The formats that ElevenLabs sends.

https://elevenlabs.io/docs/api-reference/text-to-speech/stream#request.query.output_format
"""

from __future__ import annotations

from typing import Any

from core.contract.audio import AudioFormat, PcmShape
from core.contract.errors import InvalidRequest, Unsupported

OPTION = "output_format"
DEFAULTS = {
    AudioFormat.MP3: "mp3_44100_128",
    AudioFormat.OPUS: "opus_48000_128",
    AudioFormat.PCM: "pcm_24000",
}


def vendor_format(wanted: Any, audio: AudioFormat) -> str:
    """The vendor's format for `audio`: the one that the caller wants, where that is one of it, or a default.

    Raises `Unsupported` where the vendor does not send `audio`, `InvalidRequest` where the caller wants
    another one than that.
    """
    if audio not in DEFAULTS:
        raise Unsupported(f"ElevenLabs does not send {audio}.", param="response_format")
    if wanted is None:
        return DEFAULTS[audio]
    codec, _, rest = str(wanted).partition("_")
    if codec == "wav":
        codec = "pcm"  # the streaming address has the samples only
    if codec != audio or not all(part.isdigit() for part in rest.split("_")):
        raise InvalidRequest(
            f"{str(wanted)[:40]!r} is no output_format for {audio}; ask for one such as {DEFAULTS[audio]}.",
            param=f"provider.options.elevenlabs.{OPTION}",
        )
    return f"{codec}_{rest}"


def shape_of(name: str) -> PcmShape:
    """Sample rate of the vendor's format `mp3_44100_128` or `pcm_24000`; all are mono."""
    return PcmShape(int(name.split("_")[1]))
