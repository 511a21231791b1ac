"""Chat of the rehearsal: the last message repeated word by word; with audio output, a tone for each word."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat, wav_header
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import Unsupported
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    ImageReady,
    ToolCall,
    Used,
)
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.rehearsal.scenario import Scenario
from core.providers.rehearsal.tone import FORMATS, SHAPE, duration, pitch, tone

PIECE = re.compile(r"\s*\S+\s*?|\s+")
EMPTY_ANSWER = "I was told nothing."
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGO4IaMGAAMAAR6GZ8BjAAAAAElFTkSuQmCC"
)
"""A PNG of one pixel."""


async def chat(target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
    form, has_audio = target.format or request.format, Modality.AUDIO in request.modalities
    if has_audio and form not in FORMATS:
        raise Unsupported("The rehearsal speaks pcm and wav only.", param="audio.format")
    scenario = await Scenario(target).start()
    yield AnswerMetadata("chatcmpl-rehearsal", target.model, {"system_fingerprint": "fp_rehearsal"})
    if has_audio:
        yield AudioStart(form, SHAPE.sample_rate, SHAPE.channels)
        if form is AudioFormat.WAV:
            yield AudioChunk(wav_header(SHAPE))
    for event in answer_events(request):
        await scenario.next_chunk()
        yield event
        if isinstance(event, ChatDelta) and event.transcript:
            yield AudioChunk(tone(pitch(event.transcript), duration(event.transcript, 1.0)))
    scenario.end()
    yield ChatDelta(finish="stop" if called_tool(request) is None else "tool_calls")
    yield Used(usage(request))


def chat_body(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The body of OpenAI's API for `request`; nothing is sent."""
    return {"model": target.model, **request.parameters, "messages": list(request.messages)}


def answer_events(request: ChatRequest) -> Iterator[Event]:
    """Reasoning where an effort is requested, then a call of the first tool or the text, then an image."""
    parameters = request.parameters
    if parameters.get("reasoning") or parameters.get("reasoning_effort"):
        yield ChatDelta(reasoning="A rehearsal does not think. ")
        yield ChatDelta(reasoning="It repeats.")
    if (tool := called_tool(request)) is not None:
        yield ChatDelta(calls=(ToolCall(0, "call_rehearsal", tool),))
        yield ChatDelta(calls=(ToolCall(0, arguments='{"rehearsed":'),))
        yield ChatDelta(calls=(ToolCall(0, arguments="true}"),))
        return
    for piece in PIECE.findall(answer_text(request)):
        yield ChatDelta(transcript=piece) if Modality.AUDIO in request.modalities else ChatDelta(text=piece)
    if Modality.IMAGE in request.modalities:
        yield ImageReady(0, "image/png", IMAGE)


def called_tool(request: ChatRequest) -> str | None:
    """The first tool, unless the last message has the result of one. Tools are relayed unchecked."""
    if request.messages[-1].get("role") == "tool":
        return None
    tools = request.parameters.get("tools")
    first = tools[0] if isinstance(tools, list) and tools else None
    function = first.get("function") if isinstance(first, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    return name if isinstance(name, str) and name else None


def answer_text(request: ChatRequest) -> str:
    """The text of the last message, or a JSON object where one is requested."""
    form = request.parameters.get("response_format")
    if isinstance(form, Mapping) and form.get("type") in ("json_object", "json_schema"):
        return '{"rehearsed": true}'
    return "\n".join(texts(request.messages[-1].get("content"))) or EMPTY_ANSWER


def texts(content: Any) -> Iterator[str]:
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for part in parts:
        if part.get("type") == "text":
            yield part["text"]
        else:
            yield f"[{part.get('type')}]"


def usage(request: ChatRequest) -> Usage:
    """Tokens: one for each word."""
    prompt = sum(len(text.split()) for message in request.messages for text in texts(message.get("content")))
    answer = len(answer_text(request).split())
    return Usage(
        (
            Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(prompt)),
            Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(answer)),
        )
    )
