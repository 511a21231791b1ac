"""`POST /audio/transcriptions`: the file goes up from disk, text comes back whole or as events.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import orjson

from core.contract.events import Event
from core.contract.route import Target
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.providers.openai import wire
from core.providers.openai.transcription.events import heard
from core.providers.shared import http
from core.providers.shared.form_body import FormBody

LIMITS = http.Limits(total=300.0, idle=60.0, pace=16, size=64 * http.MIB)
OWN_FIELDS = {"model", "file", "response_format", "stream", "provider"}
TIMED = (TranscriptFormat.SRT, TranscriptFormat.VTT, TranscriptFormat.VERBOSE_JSON)
SUBTITLES = (TranscriptFormat.SRT, TranscriptFormat.VTT)

Fields = list[tuple[str, str]]


class OpenAITranscription:
    async def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """Deltas, segments, words, the whole, then `Used`; closes its upstream."""
        source = listen(target, request, "audio/transcriptions", fields(target, request))
        async with aclosing(source) as events:
            async for event in events:
                yield event


async def listen(
    target: Target, request: TranscriptRequest, path: str, form: Fields
) -> AsyncGenerator[Event, None]:
    """Send the file with `form` to `path`; the events of the answer."""
    total = max(LIMITS.total, request.file.seconds or 0.0)  # a long file may take long before a first byte
    bounds = http.Limits(total, LIMITS.idle, LIMITS.pace, LIMITS.size)
    call = wire.upload(target, path, FormBody(form, request.file), wire.limits(target, bounds))
    async with (
        await http.send(call) as answer,
        aclosing(heard(answer, call.hide, target, request)) as events,
    ):
        async for event in events:
            yield event


def fields(target: Target, request: TranscriptionRequest) -> Fields:
    """What is sent beside the file: our fields win over the options of the endpoint and of the caller."""
    options, form = target.options, upstream_format(target, request)
    own: dict[str, Any] = {**shared(target, request), "response_format": form}
    if request.language is not None:
        own[options.get("language_field", "language")] = request.language
    if form == "verbose_json":
        words = request.words or (request.format in SUBTITLES and options.get("words"))
        own["timestamp_granularities"] = ["word", "segment"] if words else ["segment"]
    if request.diarize and form != "diarized_json":
        own["diarize"] = True
    if request.streamed and options.get("stream") and form != "verbose_json":
        own["stream"] = True
    if request.logprobs:
        own["include"] = ["logprobs"]
    if request.chunking is not None:
        own["chunking_strategy"] = request.chunking  # an object takes the place of the endpoint's word
    if request.known_speakers:
        own["known_speaker_names"] = [name for name, _ in request.known_speakers]
        own["known_speaker_references"] = [voice for _, voice in request.known_speakers]
    return pairs({**own, **hints(target, request)}, target, request)


def hints(target: Target, request: TranscriptionRequest) -> dict[str, Any]:
    """Wishes that only some servers know: the endpoint's option `hints` names those it takes."""
    known = target.options.get("hints", ())
    wishes = {
        "num_speakers": request.speakers,
        "tag_audio_events": request.tag_events,
        "enable_logging": request.logging,
    }
    return {name: value for name, value in wishes.items() if value is not None and name in known}


def shared(target: Target, request: TranscriptRequest) -> dict[str, Any]:
    """Fields of transcriptions and translations alike; terms to listen for join the prompt where the
    endpoint's option `keyterms_field` names no field for them."""
    own: dict[str, Any] = {"model": target.model}
    prompt = request.prompt or ""
    terms = request.keyterms if isinstance(request, TranscriptionRequest) else ()
    if field := target.options.get("keyterms_field"):
        own |= {field: list(terms)} if terms else {}
    elif terms:
        prompt = f"{prompt} {', '.join(terms)}".strip()
    if prompt:
        own["prompt"] = prompt
    if request.temperature is not None:
        own["temperature"] = request.temperature
    return own


def upstream_format(target: Target, request: TranscriptRequest) -> str:
    """The poorest format that has what was asked for; what none has is put together here afterwards."""
    offered = target.options.get("response_formats", ("json",))
    words = False
    if isinstance(request, TranscriptionRequest):
        if request.diarize and "diarized_json" in offered:
            return "diarized_json"
        words = request.words
    timed = words or request.segments or request.format in TIMED
    richer = ("verbose_json", "diarized_json") if timed else ()
    return next((form for form in richer if form in offered), "json")


def pairs(own: Mapping[str, Any], target: Target, request: TranscriptRequest) -> Fields:
    """Everything as text: lists repeat their name, objects are written in brackets."""
    options = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    found = {name: value for name, value in options.items() if name not in OWN_FIELDS} | dict(own)
    if target.options.get("router", target.provider == "openrouter") and request.options:
        found["provider"] = orjson.dumps({"options": request.options}, default=dict).decode()
    return [pair for name, value in found.items() for pair in spelled(name, value)]


def spelled(name: str, value: Any) -> Fields:
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in spelled(f"{name}[{key}]", inner)]
    if isinstance(value, list | tuple):
        name = name if name.endswith("[]") else f"{name}[]"
        return [pair for inner in value for pair in spelled(name, inner)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [] if value is None else [(name, str(value))]
