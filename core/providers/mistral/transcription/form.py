"""The form of a request for a transcript."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.providers.mistral.fields import options_of
from core.providers.openai.transcription.form import TIMED_FORMATS
from core.providers.shared.form_body import Pairs, pairs

OWN_FIELDS = {"file", "model", "stream", "file_url", "file_id"}
"""Names that no option may have: ours, and other files than the one that is paid for."""
SEPARATORS = re.compile(r"[\s,]+")


def transcription_form(target: Target, request: TranscriptionRequest) -> Pairs:
    """What is sent beside the file; our fields win over the options of the endpoint and of the caller.

    Times and a language exclude each other at Mistral: where times are needed it finds the language itself.
    The endpoint's option `stream` is false where a model answers with one object only.

    https://docs.mistral.ai/api/endpoint/audio/transcriptions
    """
    fields = options_of(target, request, OWN_FIELDS)
    times = granularity(request)
    wishes: dict[str, Any] = {
        "language": None if times else request.language,
        "temperature": request.temperature,
        "diarize": True if names_speakers(request) else None,
        "context_bias": [biased(term) for term in request.keyterms if term.strip()] or None,
        "speaker_references": references(request.known_speakers) or None,
        "timestamp_granularities": [times] if times else None,
        "stream": True if request.streamed and target.options.get("stream", True) else None,
    }
    fields |= {name: value for name, value in wishes.items() if value is not None}
    if "timestamp_granularities" in fields:
        fields.pop("language", None)
    return [pair for name, value in {**fields, "model": target.model}.items() for pair in pairs(name, value)]


def granularity(request: TranscriptionRequest) -> str | None:
    """Whose times are asked for; speakers are told for passages with times only.

    https://docs.mistral.ai/capabilities/audio_transcription/offline_transcription
    """
    if request.words or request.characters:
        return "word"
    timed = request.segments or request.format in TIMED_FORMATS
    return "segment" if timed or names_speakers(request) else None


def names_speakers(request: TranscriptionRequest) -> bool:
    return request.diarize or bool(request.known_speakers)


def biased(term: str) -> str:
    """A term as `context_bias` takes it: without blanks and commas."""
    return SEPARATORS.sub("_", term.strip().strip(","))


def references(speakers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names with the base64 of a sample of each voice."""
    return {name: sample.partition(";base64,")[2] or sample for name, sample in speakers}
