"""`POST /audio/transcriptions` at OpenRouter: a form, or JSON where the form has no field or no room.

https://openrouter.ai/docs/api-reference/stt/create-audio-transcriptions
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import PurePath
from typing import Any

from core.contract.chat import Media, Modality
from core.contract.events import Event
from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.providers.openai.router import provider_field
from core.providers.openai.transcription.form import OWN_FIELDS, answer_events, limits_for
from core.providers.openai.transcription.languages import endpoint_language
from core.providers.openai.transcription.transcription import OpenAITranscription, transcription_format
from core.providers.shared import http
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody

FORM_BYTES = 25 * http.MIB
"""The largest file that a form may bring; larger ones go as JSON."""


class OpenRouterTranscription(OpenAITranscription):
    async def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """Segments and words where there are any, the whole transcript, then `Used`.

        https://openrouter.ai/docs/api-reference/stt/create-audio-transcriptions
        """
        as_json = needs_json(target, request)
        source = self._as_json(target, request) if as_json else super().transcribe(target, request)
        async with aclosing(source) as events:
            async for event in events:
                yield event

    async def _as_json(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        limits = target_limits(target, limits_for(request))
        body = transcription_body(target, request)
        call = self.vendor.json_call(target, "POST", "audio/transcriptions", body, limits)
        if isinstance(call.content, JsonBody):
            await call.content.check()
        async with aclosing(answer_events(call, target, request)) as events:
            async for event in events:
                yield event


def needs_json(target: Target, request: TranscriptionRequest) -> bool:
    """Whether the file is too large for a form, or something is asked for that the form has no field for."""
    asked = request.diarize or request.keyterms or request.options or request.preferences
    return bool(asked or request.file.size > FORM_BYTES or target.options.get("body"))


def transcription_body(target: Target, request: TranscriptionRequest) -> dict[str, Any]:
    """The JSON body, with a `Media` in place of the file's base64.

    Our fields win over the options of the endpoint and of the caller.
    """
    file, form = request.file, transcription_format(target, request)
    ours = target.options.get("body", {})
    options = {**ours, **request.options.get(target.provider, {})}
    fields: dict[str, Any] = {name: value for name, value in options.items() if name not in OWN_FIELDS}
    media = Media(Modality.AUDIO, file.path, file.media_type, file.size, file.name)
    suffix = PurePath(file.name).suffix.removeprefix(".")
    fields |= {
        "model": target.model,
        "input_audio": {"data": media, "format": suffix},
        "response_format": form,
        "language": request.language and endpoint_language(target, request.language),
        "temperature": request.temperature,
        "timestamp_granularities": granularities(request) if form == "verbose_json" else None,
        "diarize": request.diarize or None,
        "keyterms": list(request.keyterms) or None,
    }
    named = {"options": {name: dict(each) for name, each in request.options.items()}}
    fields |= provider_field(
        request.preferences, {**ours.get("provider", {}), **(named if request.options else {})}
    )
    return {name: value for name, value in fields.items() if value is not None}


def granularities(request: TranscriptionRequest) -> list[str]:
    return ["word", "segment"] if request.words else ["segment"]
