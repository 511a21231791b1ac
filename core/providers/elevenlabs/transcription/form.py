"""The address and the form of a request for a transcript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.errors import InvalidRequest
from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.providers.elevenlabs.fields import QUERY, is_private, options_of, query_of
from core.providers.shared.form_body import Pairs, pairs

OWN_FIELDS = {"file", "model_id", "webhook", "webhook_id", "source_url", "cloud_storage_url"}
"""Names that no option may have: ours, those that would send the answer elsewhere, and addresses to fetch."""


SURCHARGED = ("keyterms", "entity_detection", "entity_redaction", "detect_speaker_roles")
"""Fields that cost a part of the price in addition.

https://elevenlabs.io/docs/api-reference/speech-to-text/convert
"""


def transcription_path(target: Target, request: TranscriptionRequest) -> str:
    """The path and query; `enable_logging=false` is the vendor's zero retention.

    https://elevenlabs.io/docs/api-reference/speech-to-text/convert#request.query.enable_logging
    """
    logging = False if is_private(request) else request.logging
    query = query_of(options_of(target, request), enable_logging=logging)
    return f"speech-to-text{query}"


def transcription_form(target: Target, request: TranscriptionRequest) -> Pairs:
    """What is sent beside the file; our fields win over the options of the endpoint and of the caller.

    Raises `InvalidRequest` for a field whose surcharge is not known.

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
    check_prices(target, fields)
    return [pair for name, value in fields.items() for pair in pairs(name, value)]


def check_prices(target: Target, fields: Mapping[str, Any]) -> None:
    """Refuse what the vendor charges extra for where the target has prices, but not of that."""
    known = {name for price in target.prices for name in price.condition}
    for name in SURCHARGED:
        if target.prices and fields.get(name) and name not in known:
            raise InvalidRequest(
                f"{target.provider_name} charges extra for {name}, and that price is not known here. "
                f'An admin can add it, with the condition {{"{name}": true, "surcharge": true}}.',
                param=name,
            )
