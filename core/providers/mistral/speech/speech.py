"""Text to speech, answered with events or one object, the sound as base64 in either.

https://docs.mistral.ai/api/endpoint/audio/speech
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

from core.contract.audio import AudioFormat
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, Event, Unreadable, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.mistral.speech.body import speech_body
from core.providers.mistral.speech.samples import sixteen_bits
from core.providers.openai.answer_id import answer_id
from core.providers.openai.speech.speech import audio_of_text, first_bytes
from core.providers.openai.speech.usage import SpeechMeter
from core.providers.openai.vendor import VENDOR
from core.providers.shared import http
from core.providers.shared.calls import target_limits
from core.providers.shared.quantities import MAX_COUNT

LIMITS = http.CallLimits(total=300.0, idle=60.0, size=64 * http.MIB)
COST = "x-ratelimit-input-characters-query-cost"
"""The header with the characters that are charged."""
SAMPLES = "float32"
"""What `pcm` is made of unless the endpoint's option `pcm_samples` says otherwise."""


class MistralSpeech:
    async def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, `AudioStart` once the first bytes are here, each chunk as it arrives, `Used`.

        https://docs.mistral.ai/api/endpoint/audio/speech#operation-speech_v1_audio_speech_post
        """
        audio = target.format or request.format
        body, limits = speech_body(target, request, audio), target_limits(target, LIMITS)
        call = VENDOR.json_call(target, "POST", "audio/speech", body, limits)
        meter = SpeechMeter(target, request, audio)
        async with await http.send(call) as response:
            characters = characters_of(request, response.headers)
            call.sending.told = Usage((characters,))
            async with aclosing(sound(response, call.hide, meter, target, audio)) as chunks:
                head = await first_bytes(chunks, audio, call.hide)
                pcm = meter.begin(head, audio.media_type)
                if id := answer_id(response.headers):
                    yield AnswerMetadata(id)
                yield AudioStart(audio, pcm.sample_rate, pcm.channels)
                yield AudioChunk(head)
                async for chunk in chunks:
                    meter.add(chunk)
                    yield AudioChunk(chunk)
        if meter.unreadable:
            yield Unreadable(meter.unreadable)
        yield Used(charged(meter.usage(), characters))


def sound(
    response: http.CallResponse, hide: tuple[str, ...], meter: SpeechMeter, target: Target, audio: AudioFormat
) -> AsyncGenerator[bytes, None]:
    """The sound of the answer in the target's format. Raises the error that an answer without one is."""
    found = audio_of_text(response, hide, meter)
    floats = audio is AudioFormat.PCM and target.options.get("pcm_samples", SAMPLES) == SAMPLES
    return sixteen_bits(found) if floats else found


def characters_of(request: SpeechRequest, headers: Mapping[str, str]) -> Amount:
    """The characters that are charged: the vendor's own figure, else those of the text."""
    told = headers.get(COST, "").strip()
    plausible = told.isascii() and told.isdigit() and len(told) < 12 and int(told) <= MAX_COUNT
    return Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(told if plausible else len(request.text)))


def charged(usage: Usage, characters: Amount) -> Usage:
    """`usage` with the characters that are charged."""
    others = (amount for amount in usage.amounts if amount.name != characters.name)
    return replace(usage, amounts=(characters, *others))
