"""`POST /audio/translations`: speech in any language becomes English text.

https://platform.openai.com/docs/api-reference/audio/createTranslation
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.events import Event
from core.contract.route import Target
from core.contract.translation import TranslationRequest
from core.providers.openai.transcription.form import (
    TIMED_FORMATS,
    Pairs,
    common_fields,
    form_pairs,
    hints,
    response_format,
    send_form,
)
from core.providers.openai.vendor import OpenAICalls


class OpenAITranslation(OpenAICalls):
    async def translate(self, target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
        """Deltas, segments, the whole transcript in English, then `Used`."""
        source = send_form(
            self.vendor, target, request, "audio/translations", translation_form(target, request)
        )
        async with aclosing(source) as events:
            async for event in events:
                yield event


def translation_form(target: Target, request: TranslationRequest) -> Pairs:
    """What is sent beside the file."""
    form = response_format(target, timed=request.segments or request.format in TIMED_FORMATS)
    fields = {**common_fields(target, request), "response_format": form}
    return form_pairs({**fields, **hints(target, {"enable_logging": request.logging})}, target, request)
