"""Requests of each task with few arguments, and the error with which one is not routed."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import PolyphonyError, Unsupported
from core.contract.image import ImageFile, ImageRequest
from core.contract.speech import SpeechRequest
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest

MIB = 1024 * 1024
REHEARSAL = "local/rehearsal"
TEXT_AND_AUDIO = (Modality.TEXT, Modality.AUDIO)
PART_KEYS = {
    Modality.IMAGE: ("image_url", "url"),
    Modality.AUDIO: ("input_audio", "data"),
    Modality.FILE: ("file", "file_data"),
    Modality.VIDEO: ("video_url", "url"),
}
"""Type of a message's part by modality, and where in it the file stands."""


def speech_request(model: str = REHEARSAL, text: str = "Hello", **fields) -> SpeechRequest:
    form = AudioFormat.WAV if model == REHEARSAL else AudioFormat.MP3
    return SpeechRequest(model, text, **{"format": form, **fields})


def audio_file(size: int = MIB, seconds: float | None = 60.0) -> AudioFile:
    return AudioFile("/nowhere", "audio.wav", "audio/wav", size, seconds)


def transcription_request(
    model: str, form: str = "json", file: AudioFile | None = None, **fields
) -> TranscriptionRequest:
    return TranscriptionRequest(model, file or audio_file(), format=TranscriptFormat(form), **fields)


def image_file(size: int = 1000, width: int = 64, height: int = 64) -> ImageFile:
    return ImageFile("/nowhere", "image.png", "image/png", size, width, height)


def image_request(model: str = "local/rehearsal-image", prompt: str = "A red boat", **fields) -> ImageRequest:
    return ImageRequest(model, prompt, **fields)


def media(modality: Modality, size: int = 1000, form: str = "wav") -> Media:
    return Media(modality, "/nowhere", "any/thing", size, "file", format=form)


def file_part(modality: Modality, content: Media | str | None = None, **size) -> dict:
    kind, key = PART_KEYS[modality]
    return {"type": kind, kind: {key: content or media(modality, **size)}}


def chat_request(model: str, *parts: dict, **fields) -> ChatRequest:
    content = [{"type": "text", "text": "Look"}, *parts] if parts else "Hello"
    messages = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": content})
    return ChatRequest(model, messages, **fields)


def audio_chat_request(model: str, **fields) -> ChatRequest:
    return chat_request(model, modalities=TEXT_AND_AUDIO, **fields)


def route_error(request, kind: type[PolyphonyError] = Unsupported):
    """The error with which `request` is not routed."""
    with pytest.raises(kind) as caught:
        route(request)
    return caught.value
