"""`POST /chat/completions`: a conversation goes up, its files from disk; the answer comes whole or as events.

https://platform.openai.com/docs/api-reference/chat/create
https://openrouter.ai/docs/api-reference/chat-completion
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality
from core.contract.events import Event, Used
from core.contract.route import Target
from core.providers.openai import wire
from core.providers.openai.chat.events import ChatReader
from core.providers.openai.chat.usage import usage_of
from core.providers.shared import http
from core.providers.shared.json_body import JsonBody

LIMITS = http.Limits(total=300.0, idle=60.0, pace=16, size=64 * http.MIB)
WATCHING = http.Limits(total=600.0, idle=LIMITS.idle, pace=LIMITS.pace, size=LIMITS.size)
SPELLED = (Modality.IMAGE, Modality.TEXT, Modality.AUDIO)
"""In the order in which the documentations write them."""
OWN_FIELDS = {"model", "messages", "modalities", "audio", "stream", "stream_options"}
ASIDE = http.MIB
"""An answer longer than this is read in a thread: others are waiting meanwhile."""


class OpenAIChat:
    async def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """`Answered`, then each event as it comes, then `Used`; closes its upstream."""
        body = self.chat_body(target, request)
        call = wire.call(target, "POST", "chat/completions", body, limits(target, request))
        if isinstance(call.content, JsonBody):
            await call.content.check()
        reading = ChatReader(target.format or request.format, call.hide, wrapped=wrapped(target, request))
        async with await http.send(call) as answer:
            if wire.is_json(answer.media_type) or "stream" not in body:
                for event in await whole(reading, answer):
                    yield event
            else:
                async with aclosing(answer.chunks()) as chunks:
                    async for chunk in chunks:
                        for event in reading.feed(chunk):
                            yield event
                        if reading.done:
                            break
        for event in reading.end():
            yield event
        yield Used(usage_of(reading.usage, target))

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        """What is sent: what the caller said wins over options, of the caller's and of the endpoint."""
        fields = dict(target.options.get("body", {}))
        fields |= {key: value for key, value in request.options.get(target.provider, {}).items()
                   if key != "provider"}  # fmt: skip
        fields = {key: value for key, value in fields.items() if key not in OWN_FIELDS}
        fields |= request.parameters
        fields |= {"model": target.model, "messages": list(request.messages)}
        fields |= made_of(target, request)
        if request.streamed or must_stream(target, request):
            fields["stream"] = True
            if target.options.get("stream_usage", True):
                fields["stream_options"] = {"include_usage": True}
        if router(target):
            fields["usage"] = {"include": True}
        return fields


async def whole(reading: ChatReader, answer: http.Response) -> Sequence[Event]:
    body = await answer.body()
    if len(body) > ASIDE:
        return await asyncio.to_thread(reading.whole, body)
    return reading.whole(body)


def made_of(target: Target, request: ChatRequest) -> dict[str, Any]:
    """What the answer is to be made of, where that is more than text."""
    wanted = set(request.modalities)
    if wanted <= {Modality.TEXT}:
        return {}
    if Modality.AUDIO not in wanted:
        return {"modalities": [name for name in SPELLED if name in wanted]}
    form = AudioFormat.PCM if wrapped(target, request) else target.format or request.format
    audio = {"format": "pcm16" if form is AudioFormat.PCM else form.value}
    if target.voice is not None:
        audio["voice"] = target.voice
    return {"modalities": [name for name in SPELLED if name in wanted | {Modality.TEXT}], "audio": audio}


def must_stream(target: Target, request: ChatRequest) -> bool:
    """OpenRouter makes sound in streams only; the endpoint's option `stream_only_sound` says who else."""
    return Modality.AUDIO in request.modalities and bool(
        target.options.get("stream_only_sound", router(target))
    )


def wrapped(target: Target, request: ChatRequest) -> bool:
    """Whether samples must be asked for and a WAV made of them: streams have none."""
    return not request.streamed and must_stream(target, request) and target.format is AudioFormat.WAV


def router(target: Target) -> bool:
    return bool(target.options.get("router", target.provider == "openrouter"))


def limits(target: Target, request: ChatRequest) -> http.Limits:
    """Whoever is shown a video needs longer."""
    watches = any(
        part.get("type") == "video_url"
        for message in request.messages
        for part in parts(message.get("content"))
    )
    return wire.limits(target, WATCHING if watches else LIMITS)


def parts(content: Any) -> list[Mapping[str, Any]]:
    return (
        [part for part in content if isinstance(part, Mapping)] if isinstance(content, list | tuple) else []
    )
