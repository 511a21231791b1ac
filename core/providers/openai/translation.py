"""`POST /audio/translations`: speech in any language becomes English text.

https://platform.openai.com/docs/api-reference/audio/createTranslation
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.events import Event
from core.contract.route import Target
from core.contract.translation import TranslationRequest
from core.providers.openai.transcription.transcription import listen, pairs, shared, upstream_format


class OpenAITranslation:
    async def translate(self, target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
        """As a transcription: deltas, segments, the whole, then `Used`; closes its upstream."""
        own = {**shared(target, request), "response_format": upstream_format(target, request)}
        source = listen(target, request, "audio/translations", pairs(own, target, request))
        async with aclosing(source) as events:
            async for event in events:
                yield event
