"""Which tasks are shown as code, and the bodies they must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.bodies.tasks import BODIES
from core.bodies.validation import validate
from core.contract.tasks import Task
from core.models import User
from playground import frames
from playground.requests import chat
from playground.samples.chat import chat_samples
from playground.samples.speech import Sample, speech_samples
from playground.samples.transcription import transcription_samples, translation_samples

SAMPLES: dict[str, Callable[[str, Mapping[str, Any], str], list[Sample]]] = {
    Task.SPEECH: speech_samples,
    Task.TRANSCRIPTION: transcription_samples,
    Task.TRANSLATION: translation_samples,
}
"""Sample makers by task."""

OURS = ("plain", "task", "file")
"""What only this page knows, or only a running request has."""


def samples(task: str, model: str, params: Mapping[str, Any], origin: str) -> list[Sample]:
    """Code for exactly this request. Raises `InvalidRequest` as the API would, `KeyError` for other tasks."""
    asked = {name: value for name, value in params.items() if name not in OURS}
    samples_of = SAMPLES[task]
    validate(BODIES[Task(task)], {**asked, "model": model})
    return samples_of(model, asked, origin)


def conversation_samples(
    user: User, model: str, params: Mapping[str, Any], place: Mapping[str, Any], origin: str
) -> list[Sample]:
    """Code for a chat; `place` may name a `conversation` and a `parent` in it, as `run.start` does.

    Without new messages it is the request that its last answer came from. Raises as `run.start` does.
    """
    request, names = chat.preview(user, frames.chat_start(model, params, place))
    return chat_samples(request, names, origin)
