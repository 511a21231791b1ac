"""Speech over `generateContent`: text to samples, in the voice of one speaker or of two.

https://ai.google.dev/gemini-api/docs/speech-generation

Google sends signed 16-bit samples and calls them `audio/L16`, which by RFC 2586 would have the most
significant byte first; recorded answers have the least significant one first, as our pcm.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, UpstreamError, UpstreamInvalid
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, Event, Unreadable, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.providers.gemini.connection import Connected
from core.providers.gemini.sound import SpeechReader
from core.providers.shared import http
from core.providers.shared.answers.speech_length import longest, options_at
from core.providers.shared.calls import target_limits

LIMITS = http.CallLimits(total=300.0, idle=120.0, size=256 * http.MIB)
MOST_SPEAKERS = 2
TOKENS_PER_SECOND = 32
"""Where the endpoint's `audio_tokens_per_second` does not say."""


class GeminiSpeech(Connected):
    async def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, `AudioStart`, each chunk of pcm as it arrives, `Used`.

        https://ai.google.dev/gemini-api/docs/speech-generation
        """
        connection, body = await self.connect(target), speech_body(target, request)
        streamed = request.streamed and bool(target.options.get("stream_speech", True))
        call = connection.generate(body, target_limits(target, LIMITS), streamed=streamed)
        reader = SpeechReader(call.hide, request.text)
        try:
            async with await http.send(call) as response, aclosing(samples(response, reader)) as pieces:
                head = await anext(pieces, b"")
                if not head:
                    raise UpstreamInvalid("The provider sent no sound.")
                if reader.id:
                    yield AnswerMetadata(reader.id, reader.model)
                yield AudioStart(AudioFormat.PCM, reader.shape.sample_rate, reader.shape.channels)
                yield AudioChunk(head)
                async for data in pieces:
                    yield AudioChunk(data)
        except UpstreamError as error:
            error.usage = reader.report.so_far()
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if target.sending is not None:
                target.sending.told = reader.report.so_far()
            raise
        if reader.unreadable:
            yield Unreadable(reader.unreadable)
        yield Used(reader.usage())


async def samples(response: http.CallResponse, reader: SpeechReader) -> AsyncGenerator[bytes, None]:
    """The samples as they arrive. Raises where the answer is refused or cut short."""
    async with aclosing(response.chunks()) as chunks:
        async for chunk in chunks:
            for data in reader.feed(chunk):
                yield data
    for data in reader.end():
        yield data


def speech_body(target: Target, request: SpeechRequest) -> dict[str, Any]:
    """The JSON body: instructions go before the text, as Google's guide writes them.

    The answer is limited to what the ledger reserves for. https://ai.google.dev/api/generate-content
    """
    direction = (request.instructions or "").strip().rstrip(":")
    text = f"{direction}: {request.text}" if direction else request.text
    rate = float(target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND))
    return {
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {
            "responseModalities": ["AUDIO"],
            "speechConfig": speech_config(target, request),
            "maxOutputTokens": int(float(longest(request, target)) * rate),
        },
    }


def speech_config(target: Target, request: SpeechRequest) -> dict[str, Any]:
    """One voice, or those of two speakers: the option `speakers`, `{"Anna": "Kore", "Ben": "Puck"}`.

    https://ai.google.dev/gemini-api/docs/speech-generation#multi-speaker
    """
    fields = options_at(request, target)
    config: dict[str, Any] = {}
    if speakers := fields.get("speakers"):
        rows = [
            {"speaker": name, "voiceConfig": voice_config(voice)} for name, voice in checked(speakers).items()
        ]
        config["multiSpeakerVoiceConfig"] = {"speakerVoiceConfigs": rows}
    elif target.voice:
        config["voiceConfig"] = voice_config(target.voice)
    if isinstance(language := fields.get("language_code"), str):
        config["languageCode"] = language
    return config


def voice_config(voice: str) -> dict[str, Any]:
    return {"prebuiltVoiceConfig": {"voiceName": voice}}


def checked(speakers: Any) -> Mapping[str, str]:
    """Names in the text with their voices. Raises `InvalidRequest` unless there are two."""
    whole = isinstance(speakers, Mapping) and all(isinstance(voice, str) for voice in speakers.values())
    if not whole or len(speakers) != MOST_SPEAKERS:
        raise InvalidRequest(
            'speakers must name two speakers of the text with a voice each: {"Anna": "Kore", "Ben": "Puck"}.',
            param="provider.options.speakers",
        )
    return {str(name): voice for name, voice in speakers.items()}
