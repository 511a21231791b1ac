"""Word times for a model that reports none, found by aligning its text with the audio and marked as such."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from core.contract.errors import PolyphonyError
from core.contract.events import Event, Transcript, TranscriptWords
from core.contract.route import Route
from core.contract.transcription import TranscriptionRequest
from core.media.client import align
from core.providers.base import AdapterMethod
from core.routing.attempt import AttemptLog
from core.routing.health import Health
from core.routing.run import call_adapter, run

log = logging.getLogger("polyphony.routing")

LONGEST = 600.0
"""Seconds of audio that a text can be aligned with."""


async def transcribe_with_alignment(
    route: Route,
    request: TranscriptionRequest,
    attempts: AttemptLog,
    health: Health,
    call: AdapterMethod = call_adapter,
) -> AsyncGenerator[Event, None]:
    """What `run` yields for `request` without `words`, and after the `Transcript` the words that could be
    aligned; none where none could. Raises what `run` raises."""
    async with aclosing(run(route, replace(request, words=False), attempts, health, call)) as events:
        async for event in events:
            yield event
            if isinstance(event, Transcript) and event.text.strip():
                yield await align_words(request.file.path, event.text)


async def align_words(path: str, text: str) -> TranscriptWords:
    """The words of `text`; none where alignment fails: the transcript itself is paid for and stays valid."""
    try:
        return TranscriptWords(await align(path, text), aligned=True)
    except PolyphonyError as error:
        log.warning("the words of a transcript could not be placed: %s", error.provider_code)
        return TranscriptWords((), aligned=True)
