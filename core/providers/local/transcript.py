"""Whisper in a worker process: the events of a transcription or a translation, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from decimal import Decimal
from typing import Any

from core.contract.errors import ModelRetired, Unavailable
from core.contract.events import (
    Event,
    Progress,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.route import Target
from core.contract.transcription import AudioFile, TranscriptFormat
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media import client
from core.media.installed import RECOGNISER, RECOGNISERS, transcription_hint
from core.media.weights import weights_folder
from core.providers.local.progress import queue_progress

SUBTITLES = (TranscriptFormat.SRT, TranscriptFormat.VTT)

WHISPER_CODES = {"jv": "jw", "nb": "no", "fil": "tl"}
"""Languages that Whisper knows by another code than we do."""

CODES = {"jw": "jv"}
"""And back again."""


async def transcript_events(
    target: Target, file: AudioFile, arguments: Mapping[str, Any], language: str | None
) -> AsyncGenerator[Event, None]:
    """What the model of `target` hears; `arguments` are further ones of the job `transcribe`.

    The transcript is in `language`, None: in what is spoken. Between its pieces `Progress` counts seconds of
    the file. Where nobody speaks it is empty. Raises `InvalidRequest` (`unsupported_media`) for a file
    without audio, `Unavailable` where packages or weights are not installed.
    """
    job = {"path": file.path, "model": model_folder(target.model), **arguments}
    async with aclosing(client.run("transcribe", job)) as messages:
        async for message in messages:
            assert isinstance(message, dict)
            for event in message_events(message, file, language):
                yield event


def model_folder(model: str) -> str:
    """The folder of its weights. Raises `Unavailable` with the command that installs what is missing."""
    if model not in RECOGNISERS:
        raise ModelRetired(
            f"{model} does not transcribe any more. Use local/{RECOGNISER} instead.", param="model"
        )
    if hint := transcription_hint(model):
        raise Unavailable(f"{model} is not installed here: {hint}")
    return str(weights_folder(model))


def message_events(message: Mapping[str, Any], file: AudioFile, language: str | None) -> Iterator[Event]:
    """The contract's events for a message of `transcribe`: `queue`, `progress`, `segment` or `done`."""
    if message["event"] == "progress":
        yield Progress("hearing", message["done"], file.seconds, "second")
    elif message["event"] == "queue":
        yield queue_progress(message)
    elif message["event"] == "segment":
        yield from segment_events(message)
    else:
        result = message["result"]
        heard = result["language"]
        yield Transcript(result["text"], language or CODES.get(heard, heard), result["seconds"])
        yield Used(Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(str(result["seconds"]))),)))


def segment_events(message: Mapping[str, Any]) -> Iterator[Event]:
    yield TranscriptDelta(message["text"])
    yield Segment(
        message["id"],
        message["start"],
        message["end"],
        message["text"].strip(),
        measures=message["measures"],
    )
    if message["words"]:
        yield TranscriptWords(tuple(TranscriptWord(*word) for word in message["words"]))
