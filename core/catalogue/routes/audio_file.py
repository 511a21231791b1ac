"""What the routes of transcriptions and translations share: targets for an audio file, and time limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.catalogue.entries import ModelEntry
from core.catalogue.lookup import ModelFilter
from core.catalogue.routes import targets
from core.catalogue.validation.audio_file import unsupported
from core.contract.route import Policy, Target
from core.contract.transcription import AudioFile
from core.contract.translation import TranscriptRequest

LEAST_DEADLINE = 300.0
UNKNOWN_DEADLINE = 3600.0


DEMANDS = {
    "enable_logging": "cannot be told to keep nothing of what it is sent",
    "num_speakers": "cannot be told how many people speak",
}
"""Fields that change the answer, or what becomes of the file, and how a model without them is refused."""


def audio_file_targets(
    request: TranscriptRequest, model: ModelEntry, demands: Sequence[str] = (), wishes: Sequence[str] = ()
) -> tuple[Target, ...]:
    """The targets that take the fields in `demands`; those in `wishes` only where some do.

    Raises `Unsupported` for a demand that none of them takes.
    """
    options = wire_options(model)
    live = targets.live_endpoints(model, request.task)
    found = tuple(targets.build_target(endpoint, options=options) for endpoint in live)
    for name in demands:
        found = tuple(target for target in found if name in target.options.get("hints", ()))
        if not found:
            raise unsupported(request, model, name, DEMANDS[name], takes(name))
    for name in wishes:
        found = tuple(target for target in found if name in target.options.get("hints", ())) or found
    return targets.roomy_targets(found, [request.file.size], "file")


def takes(name: str) -> ModelFilter:
    """Whether an endpoint of a model takes a field that only some servers know: its option `hints`."""
    return lambda model: any(
        name in {**endpoint.provider.options, **endpoint.options}.get("hints", ())
        for endpoint in model.endpoints
        if endpoint.visible
    )


def wire_options(model: ModelEntry) -> Mapping[str, Any]:
    """What the adapter needs to know of the model.

    `response_formats` are the names it accepts, `stream` and `words` whether it streams and times words.
    """
    timed = model.features & {"words", "segments"}
    return {
        "response_formats": ("json", "verbose_json") if timed else ("json",),
        "stream": "streaming" in model.features,
        "words": "words" in model.features,
        **audio_limits(model),
    }


def audio_limits(model: ModelEntry) -> Mapping[str, Any]:
    """The formats of files that the model takes and their most MiB, as far as they are known."""
    formats, most = model.limits.get("audio_formats"), model.limits.get("file_mb")
    sizes = {} if most is None else {"audio_mb": most}
    return {"audio_formats": formats, **sizes} if formats else {}


def audio_file_policy(file: AudioFile) -> Policy:
    return Policy(deadline=deadline(file.seconds), first_event=first_event(file.seconds))


def deadline(seconds: float | None) -> float:
    """Seconds the response may take: a slow model needs as long as the audio lasts, or longer."""
    return UNKNOWN_DEADLINE if seconds is None else max(LEAST_DEADLINE, 2 * seconds)


def first_event(seconds: float | None) -> float | None:
    """Seconds to the first event: an endpoint that does not stream reads the whole audio first."""
    return None if seconds is None else targets.FIRST_EVENT_SECONDS + seconds
