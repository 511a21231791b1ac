"""`POST /audio/speech`: text to audio, answered with plain bytes or with events.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamError, UpstreamInvalid
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, Event, Unreadable, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.media.audio_header import WAV_HEADER, require_format
from core.providers.openai.answer_id import answer_id
from core.providers.openai.errors import refusal, refuse
from core.providers.openai.router import is_router, provider_field
from core.providers.openai.speech.events import audio_chunks, audio_in
from core.providers.openai.speech.usage import SpeechMeter
from core.providers.openai.stream import is_event_stream, opening, prefixed
from core.providers.openai.vendor import OpenAICalls
from core.providers.shared import http
from core.providers.shared.calls import is_json, target_limits
from core.providers.shared.errors import EXCERPT
from core.providers.shared.json_body import decode

LIMITS = http.CallLimits(total=300.0, idle=60.0, size=64 * http.MIB)
OWN_FIELDS = {"model", "input", "response_format", "stream_format", "stream", "provider"}
SUSPICIOUS = b"{<["
SNIFFED = 16
PAGES = (b'{"', b'[{"', b"<!doctype", b"<html", b"<?xml")


class OpenAISpeech(OpenAICalls):
    async def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata` where the answer has an id, `AudioStart` once the first bytes are here, each chunk
        as it arrives, `Used`."""
        audio = target.format or request.format
        body, limits = self.speech_body(target, request, audio), target_limits(target, LIMITS)
        call = self.vendor.json_call(target, "POST", "audio/speech", body, limits)
        meter, id = SpeechMeter(target, request, audio), ""
        try:
            async with (
                await http.send(call) as response,
                aclosing(_audio(response, call, meter)) as chunks,
            ):
                head = await first_bytes(chunks, audio, call.hide)
                pcm = meter.begin(head, response.media_type)
                if id := answer_id(response.headers):
                    yield AnswerMetadata(id)
                yield AudioStart(audio, pcm.sample_rate, pcm.channels)
                yield AudioChunk(head)
                async for chunk in chunks:
                    meter.add(chunk)
                    yield AudioChunk(chunk)
        except (UpstreamError, GeneratorExit, asyncio.CancelledError):
            self.cost_follows(target, id, None)
            raise
        if meter.unreadable:
            yield Unreadable(meter.unreadable)
        usage = meter.usage()
        self.cost_follows(target, id, usage)
        yield Used(usage)

    def speech_body(self, target: Target, request: SpeechRequest, audio: AudioFormat) -> dict[str, Any]:
        """The JSON body."""
        return speech_body(target, request, audio)


def speech_body(target: Target, request: SpeechRequest, audio: AudioFormat) -> dict[str, Any]:
    """The JSON body; our fields win over the options of the endpoint and of the caller.

    Events tell the usage, bytes are smaller. The endpoint's option `stream_format` is `sse` where a server
    answers in events only; `speech_events` are the fields that ask it for events where the caller reads them.
    """
    options = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    fields: dict[str, Any] = {key: value for key, value in options.items() if key not in OWN_FIELDS}
    fields |= {"model": target.model, "input": request.text, "response_format": audio.value}
    if target.voice is not None:
        fields["voice"] = target.voice
    if request.speed != 1.0:
        fields["speed"] = request.speed
    if request.instructions is not None:
        fields["instructions"] = request.instructions
    if target.options.get("stream_format") == "sse":
        fields["stream_format"] = "sse"
    elif request.events:
        fields |= target.options.get("speech_events", {})
    if is_router(target):
        named = {"options": {name: dict(values) for name, values in request.options.items()}}
        ours = target.options.get("body", {}).get("provider", {})
        fields |= provider_field(request.preferences, {**ours, **(named if request.options else {})})
    return fields


def _audio(response: http.CallResponse, call: http.Call, meter: SpeechMeter) -> AsyncGenerator[bytes, None]:
    """The audio, in whichever form the server sends it."""
    if is_json(response.media_type) or response.media_type.startswith("text/"):
        return audio_of_text(response, call.hide, meter)
    return response.chunks()


async def audio_of_text(
    response: http.CallResponse, hide: tuple[str, ...], meter: SpeechMeter
) -> AsyncGenerator[bytes, None]:
    """Audio inside events, or inside one JSON object, as Mistral sends it. Raises the error of any other."""
    async with aclosing(response.chunks()) as chunks:
        head = await opening(chunks)
        if is_event_stream(head, response.media_type):
            async with aclosing(audio_chunks(prefixed(head, chunks), hide, meter)) as found:
                async for data in found:
                    yield data
            return
        value = decode(head + b"".join([rest async for rest in chunks]))
    data = audio_in(value) if isinstance(value, dict) and not value.get("error") else b""
    if not data:
        raise refusal(value, hide)
    meter.report(value)
    yield data


async def first_bytes(
    chunks: AsyncGenerator[bytes, None], audio: AudioFormat, hide: tuple[str, ...]
) -> bytes:
    """The first bytes: enough to distinguish audio from an error page, for which its error is raised."""
    head = b""
    async for chunk in chunks:
        head += chunk
        enough = WAV_HEADER if audio is AudioFormat.WAV else SNIFFED if head[:1] in SUSPICIOUS else 1
        if len(head) >= enough:
            break
    if not head:
        raise UpstreamInvalid("The provider sent no sound.")
    if head.lower().startswith(PAGES):
        async for chunk in chunks:
            head += chunk
            if len(head) > EXCERPT:
                break
        refuse(head, hide)
    require_format(head, audio)
    return head
