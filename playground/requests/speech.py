"""A `run.start` of speech: the API's body, and `plain`, which only the playground has."""

from __future__ import annotations

from dataclasses import replace

from core.bodies.speech import SpeechBody
from core.bodies.validation import validate
from core.contract.errors import InvalidRequest
from core.contract.speech import SpeechRequest
from core.models import User
from playground import frames
from playground.requests.audio_formats import live_formats
from playground.requests.run_request import RunRequest, one_line
from playground.requests.speech_text import speakable


async def build(user: User, frame: frames.Start) -> RunRequest:
    """Raises `InvalidRequest` as the API does for the same body."""
    request = speech_request(frame)
    return RunRequest(request, one_line(request.text))


def speech_request(frame: frames.Start) -> SpeechRequest:
    """Live audio is pcm where the model can; `plain` takes Markdown out of the text."""
    params = dict(frame.params)
    plain = params.pop("plain", False)
    if not isinstance(plain, bool):
        raise InvalidRequest("plain must be true or false.", param="plain")
    parsed = validate(SpeechBody, {**params, "model": frame.model}).request()
    text = speakable(parsed.text) if plain else parsed.text
    return replace(parsed, text=text, formats=live_formats(parsed.format), streamed=True, words=True)
