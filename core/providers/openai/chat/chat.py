"""`POST /chat/completions`: messages with their files from disk; the answer comes as events or as one object.

https://platform.openai.com/docs/api-reference/chat/create
https://openrouter.ai/docs/api-reference/chat-completion
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import UpstreamError
from core.contract.events import Event, Used
from core.contract.route import Target
from core.providers.openai.chat.events import ChatReader
from core.providers.openai.chat.messages import is_openai, spelled
from core.providers.openai.chat.usage import final_usage, usage_at_failure
from core.providers.openai.responses.responses import OpenAIResponses
from core.providers.openai.router import is_router, provider_field
from core.providers.openai.stream import is_event_stream, opening
from core.providers.shared import http
from core.providers.shared.answers.remainder import Reports, keep_open
from core.providers.shared.calls import target_limits
from core.providers.shared.chat_parameters import parameters_at
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=300.0, idle=60.0, size=64 * http.MIB)
VIDEO_LIMITS = http.CallLimits(total=600.0, idle=LIMITS.idle, size=LIMITS.size)
MODALITY_ORDER = (Modality.IMAGE, Modality.TEXT, Modality.AUDIO)
"""As the two references write them."""
READ_IN_THREAD = http.MIB
"""Bytes above which an answer is parsed in a thread, so that other requests do not wait."""


class OpenAIChat(OpenAIResponses):
    def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, then each event as it arrives, then `Used`; from `/responses` where the model is
        offered a tool that is not of `/chat/completions`."""
        return self.respond(target, request) if target.image_model else self.complete(target, request)

    async def complete(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """As `chat`."""
        body = self.chat_body(target, request)
        call = self.vendor.json_call(target, "POST", "chat/completions", body, limits(target, request))
        if isinstance(call.content, JsonBody):
            await call.content.check()
        reader = ChatReader(target.format or request.format, call.hide, wrapped=wraps_wav(target, request))
        try:
            async with await http.send(call) as response, aclosing(response.chunks()) as chunks:
                head = await opening(chunks)
                if is_event_stream(head, response.media_type):
                    try:
                        for event in reader.feed(head):
                            yield event
                        while not reader.done and (chunk := await anext(chunks, b"")):
                            for event in reader.feed(chunk):
                                yield event
                    except (GeneratorExit, asyncio.CancelledError):
                        keep_open(target, response.keep, response, reader, reports(reader, target))
                        raise
                else:
                    for event in await read_object(reader, head + b"".join([rest async for rest in chunks])):
                        yield event
            for event in reader.end():
                yield event
        except UpstreamError as error:
            error.usage = usage_at_failure(reader.report, target)
            self.cost_follows(target, reader.answer_id, error.usage)
            raise
        except (GeneratorExit, asyncio.CancelledError):
            told = usage_at_failure(reader.report, target)
            if target.sending is not None:
                target.sending.told = told
            self.cost_follows(target, reader.answer_id, told)
            raise
        usage = final_usage(reader.report, target)
        self.cost_follows(target, reader.answer_id, usage)
        yield Used(usage)

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        """The JSON body; the caller's parameters win over the options of the caller and of the endpoint."""
        fields = parameters_at(request, target)
        fields |= {"model": target.model, "messages": spelled(request.messages, target)}
        fields |= output_fields(target, request)
        if request.streamed or must_stream(target, request):
            fields["stream"] = True
            if options := stream_options(target):
                fields["stream_options"] = options
        if is_router(target):
            fields["usage"] = {"include": True}
            fields |= provider_field(request.preferences, fields.get("provider"))
        return fields


def reports(reader: ChatReader, target: Target) -> Reports:
    return Reports(
        partial(final_usage, reader.report, target), partial(usage_at_failure, reader.report, target)
    )


async def read_object(reader: ChatReader, body: bytes) -> Sequence[Event]:
    if len(body) > READ_IN_THREAD:
        return await asyncio.to_thread(reader.whole, body)
    return reader.whole(body)


def output_fields(target: Target, request: ChatRequest) -> dict[str, Any]:
    """`modalities` and `audio`, where the answer is to have more than text."""
    wanted = set(request.modalities)
    if wanted <= {Modality.TEXT}:
        return {}
    if Modality.AUDIO not in wanted:
        return {"modalities": [name for name in MODALITY_ORDER if name in wanted]}
    form = AudioFormat.PCM if wraps_wav(target, request) else target.format or request.format
    audio = {"format": "pcm16" if form is AudioFormat.PCM else form.value}
    if target.voice is not None:
        audio["voice"] = target.voice
    return {
        "modalities": [name for name in MODALITY_ORDER if name in wanted | {Modality.TEXT}],
        "audio": audio,
    }


def stream_options(target: Target) -> dict[str, bool]:
    """`stream_options`, without what the server may not know.

    OpenAI pads every event with random letters unless told otherwise. The endpoint's option
    `stream_obfuscation` decides instead of its address: `true` keeps the padding.
    """
    options = {}
    if target.options.get("stream_usage", True):
        options["include_usage"] = True
    if not target.options.get("stream_obfuscation", not is_openai(target)):
        options["include_obfuscation"] = False
    return options


def must_stream(target: Target, request: ChatRequest) -> bool:
    """OpenRouter sends audio in streams only; the endpoint's option `stream_only_sound` says so of others."""
    return Modality.AUDIO in request.modalities and bool(
        target.options.get("stream_only_sound", is_router(target))
    )


def wraps_wav(target: Target, request: ChatRequest) -> bool:
    """Whether pcm must be requested and wrapped as WAV here, because streams have no WAV."""
    return not request.streamed and must_stream(target, request) and target.format is AudioFormat.WAV


def limits(target: Target, request: ChatRequest) -> http.CallLimits:
    """Those of the target; a request with a video may take longer."""
    has_video = any(
        part.get("type") == "video_url"
        for message in request.messages
        for part in content_parts(message.get("content"))
    )
    return target_limits(target, VIDEO_LIMITS if has_video else LIMITS)


def content_parts(content: Any) -> list[Mapping[str, Any]]:
    return (
        [part for part in content if isinstance(part, Mapping)] if isinstance(content, list | tuple) else []
    )
