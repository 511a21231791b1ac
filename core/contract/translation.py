"""A translation request: speech in any language to be turned into English text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import Task
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """`translator` names a chat model that translates the transcript where `model` cannot translate itself;
    None is the cheapest one that is ready. `logging` False asks that nothing of the file is kept.
    """

    task: ClassVar[Task] = Task.TRANSLATION

    model: str
    file: AudioFile
    prompt: str | None = None
    temperature: float | None = None
    format: TranscriptFormat = TranscriptFormat.JSON
    segments: bool = False
    streamed: bool = False
    translator: str | None = None
    logging: bool | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    routing: RoutingRules = NO_RULES


TranscriptRequest = TranscriptionRequest | TranslationRequest
"""The requests that are answered with a transcript."""
