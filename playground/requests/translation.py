"""A `run.start` of a translation: the API's body with an upload as its file."""

from __future__ import annotations

from core.bodies.translation import TranslationBody
from core.bodies.validation import validate
from core.models import User
from playground import frames
from playground.requests.audio_source import find_audio
from playground.requests.run_request import RunRequest, one_line


async def build(user: User, frame: frames.Start) -> RunRequest:
    """Raises `InvalidRequest` as the API does for the same body, and as `find_audio`."""
    source = await find_audio(user, frame.params)
    body = validate(TranslationBody, {**frame.params, "model": frame.model})
    return RunRequest(body.request(source.file), one_line(source.name), source.upload)
