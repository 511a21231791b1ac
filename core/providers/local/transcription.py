"""Transcription by pocketsphinx in a worker process: each segment of speech as soon as it is recognised."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from decimal import Decimal
from typing import Any

from core.contract.errors import Unavailable, Unsupported
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
from core.contract.transcription import TranscriptionRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media import client
from core.media.installed import transcription_hint
from core.providers.local.progress import queue_progress

LANGUAGE = "en"


async def transcribe(target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
    """Yield the words of US English speech in any file with audio, segment by segment, with their times.

    Between them `Progress` counts seconds of the file. Where no word is recognised the transcript is empty.
    Raises `Unsupported` for another language, `InvalidRequest` (`unsupported_media`) for a file without
    audio, `Unavailable` when the extra is not installed.
    """
    require_recogniser(request)
    async with aclosing(client.run("transcribe", {"path": request.file.path})) as messages:
        async for message in messages:
            assert isinstance(message, dict)
            for event in transcript_events(message, request):
                yield event


def require_recogniser(request: TranscriptionRequest) -> None:
    """Raises `Unsupported` for a language other than English, `Unavailable` without the extra."""
    language = (request.language or LANGUAGE).replace("_", "-").partition("-")[0]
    if language.lower() != LANGUAGE:
        raise Unsupported(
            "pocketsphinx understands US English only.", param="language", code="unsupported_language"
        )
    if hint := transcription_hint():
        raise Unavailable(f"pocketsphinx is not installed here: {hint}")


def transcript_events(message: Mapping[str, Any], request: TranscriptionRequest) -> Iterator[Event]:
    """The contract's events for a message of `transcribe`: `queue`, `progress`, `segment` or `done`."""
    if message["event"] == "progress":
        yield Progress("hearing", message["done"], request.file.seconds, "second")
    elif message["event"] == "queue":
        yield queue_progress(message)
    elif message["event"] == "segment":
        yield from segment_events(message)
    else:
        result = message["result"]
        yield Transcript(result["text"], LANGUAGE, result["seconds"])
        yield Used(Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(str(result["seconds"]))),)))


def segment_events(message: Mapping[str, Any]) -> Iterator[Event]:
    number, text = message["id"], message["text"]
    yield TranscriptDelta(f" {text}" if number else text)
    yield Segment(number, message["start"], message["end"], text)
    yield TranscriptWords(tuple(TranscriptWord(*word) for word in message["words"]))
