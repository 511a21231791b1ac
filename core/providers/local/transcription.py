"""Transcription by Whisper in a worker process: each piece of the text as soon as it is decoded."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.events import Event
from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.providers.local.transcript import SUBTITLES, WHISPER_CODES, transcript_events


async def transcribe(target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
    """Yield what is spoken in any file with audio, in its own language, as `transcript_events` does.

    Words have times where they are asked for, or divide subtitles.
    """
    arguments = {
        "language": WHISPER_CODES.get(request.language or "", request.language),
        "words": request.words or request.format in SUBTITLES,
        "prompt": request.prompt,
        "hotwords": ", ".join(request.keyterms) or None,
        "temperature": request.temperature,
    }
    async with aclosing(transcript_events(target, request.file, arguments, request.language)) as events:
        async for event in events:
            yield event
