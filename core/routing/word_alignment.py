"""Times for the words of a model that tells none: found by laying its text along the sound, and said so."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from core.contract.errors import PolyphonyError
from core.contract.events import Event, Transcript, TranscriptWords
from core.contract.route import Route
from core.contract.transcription import TranscriptionRequest
from core.providers import adapter
from core.routing.attempt import Answering
from core.routing.attempts import AttemptLog
from core.routing.health import Health
from core.routing.run import answer, run

log = logging.getLogger("polyphony.routing")

LONGEST = 600.0
"""Seconds of sound that a text can be laid along."""


async def transcribe_with_alignment(
    route: Route,
    request: TranscriptionRequest,
    attempts: AttemptLog,
    health: Health,
    answering: Answering = answer,
) -> AsyncGenerator[Event, None]:
    """What `run` yields for `request` without its wish for words, and after the whole the words that could be
    placed; none where none could. Raises what `run` raises."""
    asked = replace(request, words=False)
    async with aclosing(run(route, asked, attempts, health, answering)) as events:
        async for event in events:
            yield event
            if isinstance(event, Transcript) and event.text.strip():
                yield await align_words(request.file.path, event.text)


async def align_words(path: str, text: str) -> TranscriptWords:
    """A transcript that is here and paid for is not lost because its words cannot be placed."""
    try:
        return TranscriptWords(await adapter("local").align(path, text), aligned=True)
    except PolyphonyError as error:
        log.warning("the words of a transcript could not be placed: %s", error.provider_code)
        return TranscriptWords((), aligned=True)
