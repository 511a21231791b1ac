"""Mistral: chat, also about a recording, speech and transcription, each whole and as events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.embedding import EmbeddingRequest
from core.contract.errors import UpstreamLimited, UpstreamRefused
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.contract.transcription import TranscriptionRequest
from tests.core.providers.promises.files import audio_file
from tests.core.providers.promises.vendor import Answer, Call, ErrorCase, Vendor
from tests.fakes import embeddings
from tests.fakes import mistral as fake
from tests.fakes.provider import Seen

TEXT = "The quick brown fox."
VOICE = "en_paul_neutral"
MESSAGES = ({"role": "user", "content": "Hello"},)
CHAT_UNITS = {"text_in.token": "12", "text_out.token": "10"}
CHARACTERS = {"text_in.character": "20"}
SECONDS = {"audio_in.second": "6"}


def whole(body: Callable[[Any], bytes]) -> Callable[[Seen], Answer]:
    return lambda seen: Answer("application/json", [body(seen.asked)], fake.headers(seen))


def events(frames: Callable[[Any], list[bytes]]) -> Callable[[Seen], Answer]:
    return lambda seen: Answer("text/event-stream", frames(seen.asked), fake.headers(seen))


def speak(folder: Path) -> SpeechRequest:
    return SpeechRequest("m", TEXT, format=AudioFormat.PCM)


def transcribe(**fields: Any) -> Callable[[Path], TranscriptionRequest]:
    return lambda folder: TranscriptionRequest("m", audio_file(folder), **fields)


def converse(*, streamed: bool) -> Callable[[Path], ChatRequest]:
    return lambda folder: ChatRequest("m", messages=MESSAGES, streamed=streamed)


def ask_about_recording(folder: Path) -> ChatRequest:
    file = audio_file(folder)
    media = Media(
        Modality.AUDIO, file.path, file.media_type, file.size, "audio.wav", "wav", seconds=file.seconds
    )
    part = {"type": "input_audio", "input_audio": {"data": media, "format": "wav"}}
    return ChatRequest("m", messages=({"role": "user", "content": [part]},), streamed=True)


def embed(folder: Path) -> EmbeddingRequest:
    return EmbeddingRequest("m", (("The quick brown fox.",), ("The lazy dog.",)), dimensions=24)


def vectors(seen: Seen) -> Answer:
    return Answer("application/json", [embeddings.mistral(seen.json)])


def error(message: str, code: str | None = None) -> Mapping[str, Any]:
    kind = "invalid_request_error"
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


DETAIL = [{"type": "extra_forbidden", "loc": ["body", "user"], "msg": "Extra inputs are not permitted"}]
CAPACITY = error("Service tier capacity exceeded for this model.", "3505")

MISTRAL = Vendor(
    wire="mistral",
    name="Mistral",
    key="canarymistral0123456789abcdef012",
    calls=(
        Call("chat", Task.CHAT, converse(streamed=False), whole(fake.whole_chat), CHAT_UNITS),
        Call("chat-events", Task.CHAT, converse(streamed=True), events(fake.chat_frames), CHAT_UNITS),
        Call("chat-audio", Task.CHAT, ask_about_recording, events(fake.chat_frames),
             {**CHAT_UNITS, **SECONDS}),
        Call("embedding", Task.EMBEDDING, embed,
             vectors, {"text_in.token": "12"}),
        Call("speech", Task.SPEECH, speak, whole(fake.whole_speech), CHARACTERS, voice=VOICE,
             options={"stream_speech": False}, format=AudioFormat.PCM, billed_whole=True),
        Call("speech-events", Task.SPEECH, speak, events(fake.speech_frames), CHARACTERS, voice=VOICE,
             format=AudioFormat.PCM, billed_whole=True),
        Call("transcription", Task.TRANSCRIPTION, transcribe(diarize=True, words=True),
             whole(lambda form: fake.ANSWERS["/v1/audio/transcriptions"][0](form)), SECONDS,
             billed_whole=True),
        Call("transcription-events", Task.TRANSCRIPTION, transcribe(streamed=True),
             events(fake.transcript_frames), SECONDS, billed_whole=True),
    ),
    error=error,
    errors=(
        ErrorCase(422, {"detail": DETAIL}, UpstreamRefused, "upstream_refused"),
        ErrorCase(422, error({"detail": DETAIL}), UpstreamRefused, "upstream_refused"),  # type: ignore[arg-type]
        ErrorCase(429, CAPACITY, UpstreamLimited, "upstream_rate_limited", {"retry_after": "3"}, 3.0),
        ErrorCase(429, {"message": "Requests rate limit exceeded"}, UpstreamLimited, "upstream_rate_limited"),
    ),
)  # fmt: skip
