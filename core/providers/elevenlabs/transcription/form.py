"""The address and the form of a request for a transcript."""

from __future__ import annotations

from typing import Any

from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.providers.elevenlabs.fields import QUERY, is_private, options_of, query_of
from core.providers.shared.form_body import Pairs, pairs

OWN_FIELDS = {"file", "model_id", "webhook", "webhook_id", "source_url", "cloud_storage_url"}
"""Names that no option may have: ours, those that would send the answer elsewhere, and addresses to fetch."""


def transcription_path(target: Target, request: TranscriptionRequest) -> str:
    """The path and query; `enable_logging=false` is the vendor's zero retention.

    https://elevenlabs.io/docs/api-reference/speech-to-text/convert#request.query.enable_logging
    """
    logging = False if is_private(request) else request.logging
    query = query_of(options_of(target, request), enable_logging=logging)
    return f"speech-to-text{query}"


def transcription_form(target: Target, request: TranscriptionRequest) -> Pairs:
    """What is sent beside the file; our fields win over the options of the endpoint and of the caller.

    https://elevenlabs.io/docs/api-reference/speech-to-text/convert
    """
    fields: dict[str, Any] = {
        "timestamps_granularity": "word",  # segments are made of the words
        **options_of(target, request, {*OWN_FIELDS, *QUERY}),
        "model_id": target.model,
    }
    wishes = {
        "language_code": request.language,
        "diarize": True if request.diarize or request.speakers else None,
        "num_speakers": request.speakers,
        "tag_audio_events": request.tag_events,
        "temperature": request.temperature,
        "keyterms": list(request.keyterms) or None,
        "timestamps_granularity": "character" if request.characters else None,
    }
    fields |= {name: value for name, value in wishes.items() if value is not None}
    return [pair for name, value in fields.items() for pair in pairs(name, value)]
