"""What the routes of transcriptions and translations share: targets for an audio file, and time limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.catalogue.entries import ModelEntry
from core.catalogue.routes import targets
from core.contract.route import Policy, Target
from core.contract.tasks import Task
from core.contract.transcription import AudioFile

LEAST_DEADLINE = 300.0
UNKNOWN_DEADLINE = 3600.0


def audio_file_targets(model: ModelEntry, task: Task) -> tuple[Target, ...]:
    options = wire_options(model)
    live = targets.live_endpoints(model, task)
    return tuple(targets.build_target(endpoint, options=options) for endpoint in live)


def wire_options(model: ModelEntry) -> Mapping[str, Any]:
    """What the adapter needs to know of the model.

    `response_formats` are the names it accepts, `stream` and `words` whether it streams and times words.
    """
    timed = model.features & {"words", "segments"}
    return {
        "response_formats": ("json", "verbose_json") if timed else ("json",),
        "stream": "streaming" in model.features,
        "words": "words" in model.features,
    }


def audio_file_policy(file: AudioFile) -> Policy:
    return Policy(deadline=deadline(file.seconds), first_event=first_event(file.seconds))


def deadline(seconds: float | None) -> float:
    """Seconds the response may take: a slow model needs as long as the audio lasts, or longer."""
    return UNKNOWN_DEADLINE if seconds is None else max(LEAST_DEADLINE, 2 * seconds)


def first_event(seconds: float | None) -> float | None:
    """Seconds to the first event: an endpoint that does not stream reads the whole audio first."""
    return None if seconds is None else targets.FIRST_EVENT_SECONDS + seconds
