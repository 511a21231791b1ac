"""The address and the JSON body of a request for speech."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from core.contract.errors import InvalidRequest
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.providers.elevenlabs.fields import QUERY, is_private, options_of, query_of
from core.providers.elevenlabs.speech.formats import OPTION

OWN_FIELDS = {"text", "model_id", OPTION}
SETTINGS = "voice_settings"


def speech_path(target: Target, request: SpeechRequest, vendor_format: str) -> str:
    """The path and query: the voice, whether with times, the format, whether anything is kept.

    https://elevenlabs.io/docs/api-reference/text-to-speech/stream,
    https://elevenlabs.io/docs/api-reference/text-to-speech/stream-with-timestamps
    """
    if not target.voice:
        raise InvalidRequest("ElevenLabs needs a voice.", param="voice")
    times = "/with-timestamps" if request.words else ""
    logging = False if is_private(request) else None
    query = query_of(options_of(target, request), output_format=vendor_format, enable_logging=logging)
    return f"text-to-speech/{quote(target.voice, safe='')}/stream{times}{query}"


def speech_body(target: Target, request: SpeechRequest) -> dict[str, Any]:
    """The body; our fields win over the options of the endpoint and of the caller.

    Options are `voice_settings` (stability, similarity_boost, style, use_speaker_boost), `language_code`,
    `pronunciation_dictionary_locators`, `seed`, `previous_text`, `next_text` and others of the vendor's page.
    """
    fields = options_of(target, request, {*OWN_FIELDS, *QUERY})
    if request.speed != 1.0:
        given = fields.get(SETTINGS)
        fields[SETTINGS] = {**(given if isinstance(given, dict) else {}), "speed": request.speed}
    return {**fields, "text": request.text, "model_id": target.model}
