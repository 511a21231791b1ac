"""Speech by espeak-ng in a worker process: audio and word times are streamed as they are synthesized."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unavailable, Unsupported
from core.contract.events import AudioChunk, AudioStart, Event, SpeechWord, SpeechWords, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media import client
from core.media.installed import HINT, can_encode, speech_hint
from core.media.pool.job import Message
from core.providers.local.progress import queue_progress

DEFAULT_VOICE = "gmw/en-US"
MAX_CHARACTERS = 20_000
SPEEDS = (0.25, 4.0)
PITCHES = (0, 99)
NORMAL_PITCH = 50


async def speak(target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
    """Yield the audio of `request.text` in `target.format`, with word times.

    `provider.options.local.pitch` (0 to 99, 50 is normal) raises or lowers the voice. Raises `InvalidRequest`
    for a voice, speed or pitch the engine does not have, `Unavailable` when the extra is not installed.
    """
    form = target.format or request.format
    args = job_arguments(target, request, form)
    async with aclosing(client.run("synthesize", args)) as messages:
        async for message in messages:
            yield speech_event(message, form, request)


def require_engine(form: AudioFormat, param: str) -> None:
    """Raises `Unavailable` without the engine; `Unsupported`, for `param`, without the encoder of `form`."""
    if hint := speech_hint():
        raise Unavailable(f"espeak-ng is not installed here: {hint}")
    if not can_encode(form):
        raise Unsupported(f"The format {form} needs PyAV: {HINT}", param=param)


def job_arguments(target: Target, request: SpeechRequest, form: AudioFormat) -> dict[str, Any]:
    """The arguments of the job `synthesize`, checked before a worker is started."""
    require_engine(form, "response_format")
    if len(request.text) > MAX_CHARACTERS:
        raise InvalidRequest(f"The text is longer than {MAX_CHARACTERS:,} characters.", param="input")
    if not SPEEDS[0] <= request.speed <= SPEEDS[1]:
        raise InvalidRequest(f"Speed must be between {SPEEDS[0]} and {SPEEDS[1]}.", param="speed")
    return {
        "text": request.text,
        "voice": target.voice or request.voice or DEFAULT_VOICE,
        "speed": request.speed,
        "pitch": pitch(target, request),
        "format": form.value,
    }


def pitch(target: Target, request: SpeechRequest) -> float:
    """The caller's pitch, else the endpoint's, else the normal one."""
    value = request.options.get("local", {}).get("pitch", target.options.get("pitch", NORMAL_PITCH))
    if isinstance(value, bool) or not isinstance(value, int | float) or not PITCHES[0] <= value <= PITCHES[1]:
        raise InvalidRequest(
            f"Pitch must be a number between {PITCHES[0]} and {PITCHES[1]}.",
            param="provider.options.local.pitch",
        )
    return value


def speech_event(message: Message, form: AudioFormat, request: SpeechRequest) -> Event:
    """The contract's event for a message of `synthesize`: bytes, `queue`, `audio`, `words` or `done`."""
    if isinstance(message, bytes):
        return AudioChunk(message)
    if message["event"] == "queue":
        return queue_progress(message)
    if message["event"] == "words":
        return SpeechWords(tuple(SpeechWord(word, start, end) for word, start, end in message["words"]))
    if message["event"] == "audio":
        return AudioStart(form, message["sample_rate"], message["channels"])
    return Used(usage(len(request.text), message["result"]["seconds"]))


def usage(characters: int, seconds: float) -> Usage:
    return Usage(
        (
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(characters)),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal(str(seconds))),
        )
    )
