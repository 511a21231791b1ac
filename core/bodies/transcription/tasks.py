"""What a transcript is to contain, by the task that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.bodies import translation
from core.bodies.transcription import body as transcription
from core.bodies.transcription.options import TranscriptOptions
from core.contract.tasks import Task, TaskTable

TRANSCRIPT_OPTIONS: TaskTable[Callable[[Any], TranscriptOptions]] = TaskTable(
    "transcript options",
    {
        Task.TRANSCRIPTION: transcription.transcript_options,
        Task.TRANSLATION: translation.transcript_options,
    },
)
"""Takes the request of that task."""
