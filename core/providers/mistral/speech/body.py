"""The JSON body of a request for speech."""

from __future__ import annotations

from typing import Any

from core.contract.audio import AudioFormat
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.providers.mistral.fields import options_of

OWN_FIELDS = {"model", "input", "voice", "response_format", "stream", "conversation_history"}
"""Names that no option may have: ours, and a text of which it is not known whether it is charged."""


def speech_body(target: Target, request: SpeechRequest, audio: AudioFormat) -> dict[str, Any]:
    """The body; our fields win over the options of the endpoint and of the caller.

    Options are `expressiveness`, `phoneme_hints`, `ref_audio` (a recording to speak like) and others of
    the vendor's page. Events bring the first sound soonest; the endpoint's option `stream_speech` is false
    where a server answers with one object only.

    https://docs.mistral.ai/api/endpoint/audio/speech
    """
    fields = options_of(target, request, OWN_FIELDS)
    fields |= {"model": target.model, "input": request.text, "response_format": audio.value}
    if target.voice is not None:
        fields["voice_id"] = target.voice
    if target.options.get("stream_speech", True):
        fields["stream"] = True
    return fields
