"""The tables of this layer by task: request bodies, and collectors of answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.bodies import translation
from core.bodies.chat.body import ChatBody
from core.bodies.chat.collector import ChatCollector
from core.bodies.collector import Collector
from core.bodies.speech import SpeechBody, SpeechCollector
from core.bodies.transcription import body as transcription
from core.bodies.transcription.collector import TranscriptCollector
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

COLLECTORS: TaskTable[Callable[[], Collector[Any, Any]]] = TaskTable(
    "collectors",
    {
        Task.SPEECH: SpeechCollector,
        Task.TRANSCRIPTION: TranscriptCollector,
        Task.TRANSLATION: TranscriptCollector,
        Task.CHAT: ChatCollector,
    },
)
"""Constructs what collects the events of an answer and finishes it as a whole."""
