"""`POST /audio/speech` at OpenRouter: mp3 or pcm, and the options of the companies behind it.

https://openrouter.ai/docs/guides/overview/multimodal/tts
"""

from __future__ import annotations

from typing import Any

from core.contract.audio import AudioFormat
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.providers.openai.speech.speech import OpenAISpeech

INSTRUCTED = "openai"
"""The company whose models take instructions, by the slug under which its options stand."""


class OpenRouterSpeech(OpenAISpeech):
    def speech_body(self, target: Target, request: SpeechRequest, audio: AudioFormat) -> dict[str, Any]:
        """The JSON body; instructions stand among the options of the company as well, as older versions of
        the API have it, where the caller's own options win.

        https://openrouter.ai/docs/api-reference/tts/create-audio-speech
        """
        fields = super().speech_body(target, request, audio)
        if request.instructions is None or not target.model.startswith(f"{INSTRUCTED}/"):
            return fields
        provider = fields.get("provider", {})
        options = provider.get("options", {})
        named = {"instructions": request.instructions, **options.get(INSTRUCTED, {})}
        return {**fields, "provider": {**provider, "options": {**options, INSTRUCTED: named}}}
