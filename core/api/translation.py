"""`POST audio/translations`: speech in any language to English text."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from core.api.transcript import TranscriptResponder, receive_call
from core.bodies.translation import TranslationBody
from core.gateway import CollectedAnswer


async def translation(request: Request) -> TranslationResponder:
    """Receive, admit and route; nothing is sent yet, so that an error can still have its status."""
    return TranslationResponder(await receive_call(request, TranslationBody))


class TranslationResponder(TranscriptResponder):
    """A translation in one piece; where two models made it, it names both."""

    def extra_fields(self) -> Mapping[str, str]:
        route = self.session.route
        if route.then is None:
            return {}
        return {"transcribed_by": route.model, "translated_by": route.then.model}

    def headers(self, answer: CollectedAnswer) -> Mapping[str, str]:
        headers = super().headers(answer)
        if self.session.route.then is None:
            return headers
        return {**headers, "X-Polyphony-Translator": self.session.route.then.model}
