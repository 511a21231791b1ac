"""Text to speech: the audio as it is made, with the times of its words where the caller shows them.

https://elevenlabs.io/docs/api-reference/text-to-speech/stream
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.errors import UpstreamInvalid
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, Event, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Usage
from core.providers.elevenlabs.fields import answer_id, options_of
from core.providers.elevenlabs.speech.body import speech_body, speech_path
from core.providers.elevenlabs.speech.formats import OPTION, shape_of, vendor_format
from core.providers.elevenlabs.speech.stream import SpeechPiece, plain_audio, timed_audio
from core.providers.elevenlabs.speech.usage import SpeechMeter, characters_of
from core.providers.elevenlabs.vendor import VENDOR
from core.providers.shared import http
from core.providers.shared.calls import target_limits

LIMITS = http.CallLimits(total=300.0, idle=60.0, size=64 * http.MIB)


class ElevenLabsSpeech:
    async def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, `AudioStart`, chunks and `SpeechWords` as they arrive, `Used`.

        https://elevenlabs.io/docs/api-reference/text-to-speech/stream,
        https://elevenlabs.io/docs/api-reference/text-to-speech/stream-with-timestamps
        """
        audio = target.format or request.format
        name = vendor_format(options_of(target, request).get(OPTION), audio)
        shape = shape_of(name)
        path, body = speech_path(target, request, name), speech_body(target, request)
        call = VENDOR.json_call(target, "POST", path, body, target_limits(target, LIMITS))
        async with await http.send(call) as response:
            characters = characters_of(target, request, response.headers)
            call.sending.told = Usage((characters,))
            if id := answer_id(response.headers):
                yield AnswerMetadata(id)
            meter = SpeechMeter(audio, shape, characters)
            pieces = (
                timed_audio(response.chunks(), call.hide)
                if request.words
                else plain_audio(response, audio, call.hide)
            )
            start = AudioStart(audio, shape.sample_rate)
            async with aclosing(audio_events(metered(pieces, meter), start)) as events:
                async for event in events:
                    yield event
        yield Used(meter.usage(target))


async def audio_events(
    pieces: AsyncGenerator[SpeechPiece, None], start: AudioStart
) -> AsyncGenerator[Event, None]:
    """`start` before the first audio, then a chunk for each piece of it; the events between pass."""
    begun = False
    async with aclosing(pieces):
        async for piece in pieces:
            if not isinstance(piece, bytes):
                yield piece
                continue
            if not begun:
                yield start
                begun = True
            yield AudioChunk(piece)


async def metered(
    pieces: AsyncGenerator[SpeechPiece, None], meter: SpeechMeter
) -> AsyncGenerator[SpeechPiece, None]:
    """`pieces`, counted. Raises `UpstreamInvalid` where none of them is audio."""
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, bytes):
                meter.add(piece)
            yield piece
    if not meter.size:
        raise UpstreamInvalid("The provider sent no sound.")
