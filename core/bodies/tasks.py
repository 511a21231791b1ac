"""The tables of this layer by task: request bodies, and what a transcript is to contain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.bodies import translation
from core.bodies.chat.body import ChatBody
from core.bodies.speech import SpeechBody
from core.bodies.transcription import body as transcription
from core.bodies.transcription.options import TranscriptOptions
from core.bodies.validation import Body
from core.contract.tasks import Task, TaskTable

BODIES: TaskTable[type[Body]] = TaskTable(
    "bodies",
    {
        Task.SPEECH: SpeechBody,
        Task.TRANSCRIPTION: transcription.TranscriptionBody,
        Task.TRANSLATION: translation.TranslationBody,
        Task.CHAT: ChatBody,
    },
)
"""The JSON body of each task's endpoint; its `request()` makes the contract's request of it.

`request()` of audio tasks takes the `AudioFile`, that of a chat the messages with `Media` for files.
"""

TRANSCRIPT_OPTIONS: TaskTable[Callable[[Any], TranscriptOptions]] = TaskTable(
    "transcript options",
    {
        Task.TRANSCRIPTION: transcription.transcript_options,
        Task.TRANSLATION: translation.transcript_options,
    },
)
"""Takes the request of that task."""
