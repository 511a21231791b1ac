"""Transcription by pocketsphinx in a worker process: each stretch of speech as soon as it is understood."""

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

LANGUAGE = "en"


async def transcribe(target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
    """Yield the words of US English speech in any file with sound, segment by segment, with their times.

    Between them `Progress` counts seconds of the file. Without a word understood the transcript is empty.
    Raises `Unsupported` for another language, `InvalidRequest` (`unsupported_media`) for
    what has no sound, `Unavailable` when the extra is not installed.
    """
    check(request)
    async with aclosing(client.run("transcribe", {"path": request.file.path})) as messages:
        async for message in messages:
            assert isinstance(message, dict)
            for event in translate(message, request):
                yield event


def check(request: TranscriptionRequest) -> None:
    language = (request.language or LANGUAGE).replace("_", "-").partition("-")[0]
    if language.lower() != LANGUAGE:
        raise Unsupported(
            "pocketsphinx understands US English only.", param="language", code="unsupported_language"
        )
    if hint := transcription_hint():
        raise Unavailable(f"pocketsphinx is not installed here: {hint}")


def translate(message: Mapping[str, Any], request: TranscriptionRequest) -> Iterator[Event]:
    """One message of the worker in the words of the contract."""
    if message["event"] == "progress":
        yield Progress("hearing", message["done"], request.file.seconds, "second")
    elif message["event"] == "segment":
        yield from segment(message)
    else:
        result = message["result"]
        yield Transcript(result["text"], LANGUAGE, result["seconds"])
        yield Used(Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(str(result["seconds"]))),)))


def segment(message: Mapping[str, Any]) -> Iterator[Event]:
    number, text = message["id"], message["text"]
    yield TranscriptDelta(f" {text}" if number else text)
    yield Segment(number, message["start"], message["end"], text)
    yield TranscriptWords(tuple(TranscriptWord(*word) for word in message["words"]))
