"""Speech by hibari or espeak-ng in a worker process: audio and word times as they are synthesized."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unavailable, Unsupported
from core.contract.events import AudioChunk, AudioStart, Event, SpeechWord, SpeechWords, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media import client
from core.media.installed import (
    HINT,
    NATURAL_VOICE,
    PACKAGED_VOICE,
    VOICES,
    can_encode,
    install_command,
    natural_speech_hint,
    speech_hint,
)
from core.media.pool.job import Message
from core.media.weights import weights_folder
from core.providers.local.progress import queue_progress

DEFAULT_VOICE = "gmw/en-US"
MAX_CHARACTERS = 20_000
SPEEDS = (0.25, 4.0)
PITCHES = (0, 99)
NORMAL_PITCH = 50


@dataclass(frozen=True, slots=True)
class SpeechEngine:
    """`job` of the workers; `own_arguments` are those beside text, speed and format."""

    name: str
    job: str
    hint: Callable[[], str | None]
    own_arguments: Callable[[Target, SpeechRequest], dict[str, Any]]

    def require(self, form: AudioFormat, param: str) -> None:
        """Raises `Unavailable` without the engine, `Unsupported` (`param`) without the encoder of `form`."""
        if hint := self.hint():
            raise Unavailable(f"{self.name} is not installed here: {hint}")
        if not can_encode(form):
            raise Unsupported(f"The format {form} needs PyAV: {HINT}", param=param)


async def speak(target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
    """Yield the audio of `request.text` in `target.format`, with word times.

    With espeak-ng `provider.options.local.pitch` (0 to 99, 50 is normal) raises or lowers the voice. Raises
    `InvalidRequest` for a voice, speed or pitch the engine does not have, `Unavailable` when the extra is not
    installed.
    """
    form = target.format or request.format
    job = engine_of(target).job
    async with aclosing(client.run(job, job_arguments(target, request, form))) as messages:
        async for message in messages:
            yield speech_event(message, form, request)


def require_engine(form: AudioFormat, param: str) -> None:
    """As `SpeechEngine.require`, of espeak-ng."""
    ESPEAK.require(form, param)


def job_arguments(target: Target, request: SpeechRequest, form: AudioFormat) -> dict[str, Any]:
    """The arguments of the engine's job, checked before a worker is started."""
    engine = engine_of(target)
    engine.require(form, "response_format")
    if len(request.text) > MAX_CHARACTERS:
        raise InvalidRequest(f"The text is longer than {MAX_CHARACTERS:,} characters.", param="input")
    if not SPEEDS[0] <= request.speed <= SPEEDS[1]:
        raise InvalidRequest(f"Speed must be between {SPEEDS[0]} and {SPEEDS[1]}.", param="speed")
    return {
        "text": request.text,
        "speed": request.speed,
        "format": form.value,
        **engine.own_arguments(target, request),
    }


def espeak_arguments(target: Target, request: SpeechRequest) -> dict[str, Any]:
    voice = target.voice or request.voice or DEFAULT_VOICE
    return {"voice": voice, "pitch": pitch(target, request)}


def natural_arguments(target: Target, request: SpeechRequest) -> dict[str, Any]:
    """The voice, and the folder of its weights where it is not in the package. Raises `Unsupported` for a
    pitch and for a voice that is not here."""
    if "pitch" in request.options.get("local", {}):
        raise Unsupported("hibari has one pitch.", param="provider.options.local.pitch")
    voice = target.voice or request.voice or PACKAGED_VOICE
    if voice == PACKAGED_VOICE:
        return {"voice": voice, "folder": None}
    if voice not in VOICES:
        raise Unsupported(f"hibari has no voice {voice[:60]!r}.", param="voice")
    if command := install_command(VOICES[voice]):
        raise Unsupported(f"The voice {voice} is not installed here: {command}", param="voice")
    return {"voice": voice, "folder": str(weights_folder(VOICES[voice]))}


def pitch(target: Target, request: SpeechRequest) -> float:
    """The caller's pitch, else the endpoint's, else the normal one."""
    value = request.options.get("local", {}).get("pitch", target.options.get("pitch", NORMAL_PITCH))
    if isinstance(value, bool) or not isinstance(value, int | float) or not PITCHES[0] <= value <= PITCHES[1]:
        raise InvalidRequest(
            f"Pitch must be a number between {PITCHES[0]} and {PITCHES[1]}.",
            param="provider.options.local.pitch",
        )
    return value


ESPEAK = SpeechEngine("espeak-ng", "synthesize", lambda: speech_hint(), espeak_arguments)
NATURAL = SpeechEngine("hibari", "synthesize_hibari", lambda: natural_speech_hint(), natural_arguments)
ENGINES: Mapping[str, SpeechEngine] = {"espeak-ng": ESPEAK, NATURAL_VOICE: NATURAL}
"""By the model's name at its endpoint."""


def engine_of(target: Target) -> SpeechEngine:
    """Raises `Unavailable` for a name that an admin made up."""
    if target.model not in ENGINES:
        raise Unavailable(f"There is no local engine {target.model!r}, only {', '.join(ENGINES)}.")
    return ENGINES[target.model]


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
