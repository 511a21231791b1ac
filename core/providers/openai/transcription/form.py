"""The form of `audio/transcriptions` and `audio/translations`: the fields both have, and how it is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import orjson

from core.contract.events import AnswerMetadata, Event
from core.contract.route import Target
from core.contract.transcription import TranscriptFormat
from core.contract.translation import TranscriptRequest
from core.providers.openai.answer_id import answer_id
from core.providers.openai.router import is_router, provider_field
from core.providers.openai.transcription.events import transcript_events
from core.providers.shared import http
from core.providers.shared.calls import Vendor, target_limits
from core.providers.shared.form_body import FormBody

LIMITS = http.CallLimits(total=300.0, idle=60.0, size=64 * http.MIB)
OWN_FIELDS = {"model", "file", "response_format", "stream", "provider"}
TIMED_FORMATS = (TranscriptFormat.SRT, TranscriptFormat.VTT, TranscriptFormat.VERBOSE_JSON)

Pairs = list[tuple[str, str]]
"""Names and values of a form; a name may be repeated."""


async def send_form(
    vendor: Vendor,
    target: Target,
    request: TranscriptRequest,
    path: str,
    form: Pairs,
    *,
    logprobs: bool = False,
) -> AsyncGenerator[Event, None]:
    """POST the file with `form` to `path`; yields the events of the answer, `logprobs` where requested."""
    bounds = limits_for(request)
    call = vendor.form_call(
        target, path, FormBody(form, [("file", request.file)]), target_limits(target, bounds)
    )
    async with aclosing(answer_events(call, target, request, logprobs=logprobs)) as events:
        async for event in events:
            yield event


def limits_for(request: TranscriptRequest) -> http.CallLimits:
    """A long file may take long before a first byte."""
    total = max(LIMITS.total, request.file.seconds or 0.0)
    return http.CallLimits(total, LIMITS.idle, LIMITS.size)


async def answer_events(
    call: http.Call, target: Target, request: TranscriptRequest, *, logprobs: bool = False
) -> AsyncGenerator[Event, None]:
    """The events of the answer to `call`."""
    async with (
        await http.send(call) as response,
        aclosing(
            transcript_events(response, call.hide, target, request.file.seconds, logprobs=logprobs)
        ) as events,
    ):
        if id := answer_id(response.headers):
            yield AnswerMetadata(id)
        async for event in events:
            yield event


def common_fields(target: Target, request: TranscriptRequest, keyterms: Sequence[str] = ()) -> dict[str, Any]:
    """Model, prompt and temperature. `keyterms` are appended to the prompt where the endpoint's option
    `keyterms_field` names no field for them."""
    fields: dict[str, Any] = {"model": target.model}
    prompt = request.prompt or ""
    if name := target.options.get("keyterms_field"):
        fields |= {name: list(keyterms)} if keyterms else {}
    elif keyterms:
        prompt = f"{prompt} {', '.join(keyterms)}".strip()
    if prompt:
        fields["prompt"] = prompt
    if request.temperature is not None:
        fields["temperature"] = request.temperature
    return fields


def response_format(target: Target, *, timed: bool) -> str:
    """The simplest format the endpoint offers that has times where they are needed; the caller's format is
    rendered from it afterwards."""
    offered = target.options.get("response_formats", ("json",))
    with_times = ("verbose_json", "diarized_json") if timed else ()
    return next((form for form in with_times if form in offered), "json")


def hints(target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that the endpoint takes; its option `hints` names fields that few servers know."""
    accepted = target.options.get("hints", ())
    return {name: value for name, value in values.items() if value is not None and name in accepted}


def form_pairs(fields: Mapping[str, Any], target: Target, request: TranscriptRequest) -> Pairs:
    """`fields` as text, together with the options of the endpoint and of the caller, over which they win."""
    options = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    found = {name: value for name, value in options.items() if name not in OWN_FIELDS} | dict(fields)
    if is_router(target):
        named = {"options": request.options} if request.options else {}
        ours = target.options.get("body", {}).get("provider", {})
        for name, value in provider_field(request.preferences, {**ours, **named}).items():
            found[name] = orjson.dumps(value, default=dict).decode()
    return [pair for name, value in found.items() for pair in flatten(name, value)]


def flatten(name: str, value: Any) -> Pairs:
    """`name` and `value` as pairs: a list repeats `name[]`, an object becomes `name[key]`."""
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in flatten(f"{name}[{key}]", inner)]
    if isinstance(value, list | tuple):
        name = name if name.endswith("[]") else f"{name}[]"
        return [pair for inner in value for pair in flatten(name, inner)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [] if value is None else [(name, str(value))]
