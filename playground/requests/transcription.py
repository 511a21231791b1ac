"""A `run.start` of a transcription: the API's body with a stored sound as its file."""

from __future__ import annotations

from dataclasses import replace

from core.bodies.transcription.body import TranscriptionBody
from core.bodies.validation import validate
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.models import User
from playground import frames
from playground.requests.audio_source import find_audio
from playground.requests.run_request import RunRequest, one_line


async def build(user: User, frame: frames.Start) -> RunRequest:
    """Raises `InvalidRequest` as the API does for the same body, and as `find_audio`."""
    source = await find_audio(user, frame.params)
    return RunRequest(transcription_request(frame, source.file), one_line(source.name), source.upload)


def transcription_request(frame: frames.Start, file: AudioFile) -> TranscriptionRequest:
    """Always streamed, whatever format the answer of the API would have."""
    body = validate(TranscriptionBody, {**frame.params, "model": frame.model, "stream": False})
    return replace(body.request(file), streamed=True)
