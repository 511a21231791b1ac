"""`POST /audio/transcriptions`: the file is sent from disk, text comes back whole or as events.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.events import Event
from core.contract.route import Target
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.providers.openai.transcription.form import (
    TIMED_FORMATS,
    Pairs,
    common_fields,
    form_pairs,
    hints,
    response_format,
    send_form,
)
from core.providers.openai.transcription.languages import endpoint_language
from core.providers.openai.vendor import OpenAICalls

SUBTITLES = (TranscriptFormat.SRT, TranscriptFormat.VTT)


class OpenAITranscription(OpenAICalls):
    async def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """Deltas, segments, words, the whole transcript, then `Used`."""
        form = transcription_form(target, request)
        source = send_form(
            self.vendor, target, request, "audio/transcriptions", form, logprobs=request.logprobs
        )
        async with aclosing(source) as events:
            async for event in events:
                yield event


def transcription_form(target: Target, request: TranscriptionRequest) -> Pairs:
    """What is sent beside the file."""
    options, form = target.options, transcription_format(target, request)
    fields: dict[str, Any] = {**common_fields(target, request, request.keyterms), "response_format": form}
    if request.language is not None:
        fields[options.get("language_field", "language")] = endpoint_language(target, request.language)
    if form == "verbose_json":
        words = request.words or (request.format in SUBTITLES and options.get("words"))
        fields["timestamp_granularities"] = ["word", "segment"] if words else ["segment"]
    if request.diarize and form != "diarized_json":
        fields["diarize"] = True
    if request.streamed and options.get("stream") and form != "verbose_json":
        fields["stream"] = True
    if request.logprobs:
        fields["include"] = ["logprobs"]
    if request.chunking is not None:
        fields["chunking_strategy"] = (
            request.chunking
        )  # replaces the endpoint's option also if it is an object
    if request.known_speakers:
        fields["known_speaker_names"] = [name for name, _ in request.known_speakers]
        fields["known_speaker_references"] = [voice for _, voice in request.known_speakers]
    wishes = {
        "num_speakers": request.speakers,
        "tag_audio_events": request.tag_events,
        "enable_logging": request.logging,
    }
    return form_pairs({**fields, **hints(target, wishes)}, target, request)


def transcription_format(target: Target, request: TranscriptionRequest) -> str:
    """The `response_format` to request."""
    if request.diarize and "diarized_json" in target.options.get("response_formats", ()):
        return "diarized_json"
    timed = request.words or request.segments or request.format in TIMED_FORMATS
    return response_format(target, timed=timed)
