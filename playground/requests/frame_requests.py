"""What the gateway is asked by a `run.start`: the bodies of the API, a few habits of the browser added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.bodies.speech import SpeechBody
from core.bodies.transcription.body import TranscriptionBody
from core.bodies.translation import TranslationBody
from core.bodies.validation import validate
from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest
from core.contract.requests import Request
from core.contract.tasks import Task
from core.contract.transcription import AudioFile
from playground.frames.incoming import Start
from playground.requests.speech_text import speakable

LIVE_ORDER = (
    AudioFormat.MP3,
    AudioFormat.WAV,
    AudioFormat.OPUS,
    AudioFormat.AAC,
    AudioFormat.FLAC,
)
"""What a browser can decode as it comes, after pcm and the person's own choice."""


def request(frame: Start, file: AudioFile | None = None) -> Request:
    """What the gateway is asked. Raises `InvalidRequest` as the API does for the same body.

    `file` is what a transcription or a translation listens to.
    """
    return REQUESTS[frame.task](frame, file)


def speech(frame: Start, file: AudioFile | None) -> Request:
    """Live sound is pcm where the model can; `plain` (ours alone) takes Markdown out before speaking."""
    params = dict(frame.params)
    plain = params.pop("plain", False)
    if not isinstance(plain, bool):
        raise InvalidRequest("plain must be true or false.", param="plain")
    asked = validate(SpeechBody, {**params, "model": frame.model}).request()
    text = speakable(asked.text) if plain else asked.text
    return replace(asked, text=text, formats=heard_live(asked.format), streamed=True)


def heard_live(chosen: AudioFormat) -> tuple[AudioFormat, ...]:
    """Formats in the order a browser likes them, that of the file among the first."""
    return tuple(dict.fromkeys((AudioFormat.PCM, chosen, *LIVE_ORDER)))


def transcription(frame: Start, file: AudioFile | None) -> Request:
    """Words are wanted as they come, whatever format the answer of a program would have."""
    assert file is not None
    body = validate(TranscriptionBody, {**frame.params, "model": frame.model, "stream": False})
    return replace(body.request(file), streamed=True)


def translation(frame: Start, file: AudioFile | None) -> Request:
    assert file is not None
    return validate(TranslationBody, {**frame.params, "model": frame.model}).request(file)


REQUESTS: dict[Task, Callable[[Start, AudioFile | None], Request]] = {
    Task.SPEECH: speech,
    Task.TRANSCRIPTION: transcription,
    Task.TRANSLATION: translation,
}
