"""A speech request: text to be turned into audio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.contract.audio import AudioFormat
from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import Task


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """`format` is the audio format the caller wants; `voice` None is the model's default voice.

    `formats` are others that the caller can play as well, in order of preference. `events` says that the
    caller reads server-sent events, which end with the usage, instead of bytes. `words` says that the caller
    shows the times of words, where a provider tells them.
    """

    task: ClassVar[Task] = Task.SPEECH

    model: str
    text: str
    voice: str | None = None
    format: AudioFormat = AudioFormat.MP3
    formats: tuple[AudioFormat, ...] = ()
    speed: float = 1.0
    instructions: str | None = None
    streamed: bool = True
    events: bool = False
    words: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    routing: RoutingRules = NO_RULES
