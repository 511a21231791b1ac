"""Speech to text: the file is sent from disk, the transcript comes back whole or as events.

https://docs.mistral.ai/api/endpoint/audio/transcriptions
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.events import Event
from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.providers.mistral.transcription.form import granularity, transcription_form
from core.providers.mistral.transcription.times import TimesReader
from core.providers.openai.transcription.form import send_form
from core.providers.openai.vendor import VENDOR


class MistralTranscription:
    async def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, deltas, segments, words, the whole transcript, then `Used`.

        https://docs.mistral.ai/api/endpoint/audio/transcriptions#operation-audio_api_v1_transcriptions_post
        """
        form = transcription_form(target, request)
        reader = TimesReader(words=granularity(request) == "word", streamed=request.streamed)
        async with aclosing(send_form(VENDOR, target, request, "audio/transcriptions", form)) as events:
            async for event in events:
                for found in reader.read(event):
                    yield found
