"""The body of a request for a transcript.

https://ai.google.dev/api/generate-content

The endpoint's option `native_transcription` says that its model is made for it and takes no words; any other
is told in words. The answer is limited to what the ledger reserves for, and thinks as little as it can.
"""

from __future__ import annotations

from typing import Any

from core.contract.chat import Media, Modality
from core.contract.errors import Unsupported
from core.contract.route import Target
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.providers.gemini.chat.contents import mime_type
from core.providers.gemini.chat.parameters import JSON
from core.providers.gemini.chat.reasoning import least
from core.providers.gemini.transcription.prompts import prompt, schema
from core.providers.shared.answers.transcript_length import most_text

TIMED = (
    TranscriptFormat.SRT,
    TranscriptFormat.VTT,
    TranscriptFormat.VERBOSE_JSON,
    TranscriptFormat.DIARIZED_JSON,
)


def is_native(target: Target) -> bool:
    return bool(target.options.get("native_transcription"))


def is_timed(request: TranscriptRequest) -> bool:
    """Whether the answer needs the times of its segments."""
    diarized = isinstance(request, TranscriptionRequest) and request.diarize
    return request.segments or diarized or request.format in TIMED


def transcript_body(target: Target, request: TranscriptRequest) -> dict[str, Any]:
    part = {"inlineData": {"mimeType": mime_type(request.file.media_type), "data": media(request.file)}}
    config: dict[str, Any] = {"maxOutputTokens": int(most_text(request.file))}
    if request.temperature is not None:
        config["temperature"] = request.temperature
    parts: list[dict[str, Any]] = [part]
    if is_native(target):
        config["audioTranscriptionConfig"] = native_config(request)
    else:
        parts = [{"text": prompt(request, timed=is_timed(request))}, part]
        config |= prompted_config(target, request)
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}


def native_config(request: TranscriptRequest) -> dict[str, Any]:
    """https://ai.google.dev/api/generate-content#AudioTranscriptionConfig"""
    if not isinstance(request, TranscriptionRequest):
        raise Unsupported("This model writes down what it hears; it does not translate.", param="model")
    wants_times = request.words or is_timed(request)
    if request.keyterms and wants_times:
        raise Unsupported("Google takes keyterms without times or speakers only.", param="keyterms")
    config: dict[str, Any] = {}
    if request.language:
        config["languageCodes"] = [request.language]
    if request.keyterms:
        config["customVocabulary"] = list(request.keyterms)
    if wants_times:
        config["wordTimestamp"] = True
    if request.diarize:
        config["diarization"] = True
    return config


def prompted_config(target: Target, request: TranscriptRequest) -> dict[str, Any]:
    config: dict[str, Any] = {}
    levels, budgets = target.options.get("thinking_levels"), target.options.get("thinking_budget")
    if thinking := least(levels, budgets):
        config["thinkingConfig"] = thinking
    if is_timed(request):
        diarized = isinstance(request, TranscriptionRequest) and request.diarize
        config |= {"responseMimeType": JSON, "responseJsonSchema": schema(speakers=diarized)}
    return config


def media(file: AudioFile) -> Media:
    return Media(Modality.AUDIO, file.path, file.media_type, file.size, file.name, seconds=file.seconds)
