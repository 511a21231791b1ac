"""OpenAI's own API, and the servers that speak it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.embedding import EmbeddingRequest
from core.contract.errors import UpstreamDenied, UpstreamLimited, UpstreamRefused
from core.contract.image import ImageMode, ImageRequest
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest
from tests.core.providers.promises.files import audio_file, image_file
from tests.core.providers.promises.vendor import Answer, Call, ErrorCase, Vendor
from tests.fakes import chat, embeddings, groq, images, transcription
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.provider import Seen
from tests.fakes.server_sent_events import frame

TEXT = "The quick brown fox."
PROMPT = "A red square."
EVENTS = "text/event-stream; charset=utf-8"
TRANSCRIPT_UNITS = {"audio_in.second": "6"}
CHAT_UNITS = {"text_in.token": "12", "text_out.token": "10"}
MESSAGES = ({"role": "user", "content": "Hello"},)


def sound() -> list[bytes]:
    return slices(audio_bytes(AudioFormat.PCM), 5)


def plain_speech(seen: Seen) -> Answer:
    return Answer("audio/pcm", sound())


def speech_events(seen: Seen) -> Answer:
    deltas = [
        frame({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()}) for piece in sound()
    ]
    usage = {"input_tokens": 7, "output_tokens": 10, "total_tokens": 17}
    return Answer(EVENTS, [*deltas, frame({"type": "speech.audio.done", "usage": usage})])


def whole_transcript(seen: Seen) -> Answer:
    value = {"text": transcription.TEXT, "usage": {"type": "duration", "seconds": 6}}
    return Answer("application/json", [json.dumps(value).encode()])


def transcript_events(seen: Seen) -> Answer:
    done = {"type": "transcript.text.done", "text": transcription.TEXT, "usage": transcription.TOKENS}
    return Answer(EVENTS, [*transcription.deltas(), transcription.frame(done), b"data: [DONE]\r\n\r\n"])


def chat_events(seen: Seen) -> Answer:
    return Answer(EVENTS, chat.frames(seen.json))


def whole_chat(seen: Seen) -> Answer:
    return Answer("application/json", [json.dumps(chat.whole(seen.json)).encode()])


def groq_chat_events(seen: Seen) -> Answer:
    return Answer(EVENTS, groq.chat_frames(seen.json))


def groq_transcript(seen: Seen) -> Answer:
    return Answer("application/json", [groq.transcript(seen.asked)])


def whole_images(seen: Seen) -> Answer:
    return Answer("application/json", [json.dumps(images.whole(seen)).encode()])


def priced_images(seen: Seen) -> Answer:
    return Answer("application/json", [json.dumps(images.by_picture(seen)).encode()])


def image_events(seen: Seen) -> Answer:
    return Answer(EVENTS, images.frames(seen))


def draw(**fields: Any) -> Callable[[Path], ImageRequest]:
    return lambda folder: ImageRequest("m", PROMPT, **fields)


def edit(**fields: Any) -> Callable[[Path], ImageRequest]:
    def request(folder: Path) -> ImageRequest:
        pictures = (image_file(folder), image_file(folder, "second.png", 20))
        mask = image_file(folder, "mask.png", 30)
        return ImageRequest("m", PROMPT, ImageMode.EDIT, pictures, mask, **fields)

    return request


def vary(folder: Path) -> ImageRequest:
    return ImageRequest("m", "", ImageMode.VARY, (image_file(folder),), n=2)


def speak(folder: Path) -> SpeechRequest:
    return SpeechRequest("m", TEXT, format=AudioFormat.PCM)


def transcribe(*, streamed: bool = False) -> Callable[[Path], TranscriptionRequest]:
    return lambda folder: TranscriptionRequest("m", audio_file(folder), streamed=streamed)


def translate(folder: Path) -> TranslationRequest:
    return TranslationRequest("m", audio_file(folder))


def converse(*, streamed: bool) -> Callable[[Path], ChatRequest]:
    return lambda folder: ChatRequest("m", messages=MESSAGES, streamed=streamed)


def embed(folder: Path) -> EmbeddingRequest:
    return EmbeddingRequest("m", (("The quick brown fox.",), ("The lazy dog.",)))


def vectors(seen: Seen) -> Answer:
    return Answer("application/json", slices(embeddings.whole(seen.json), 2))


def plain_vectors(seen: Seen) -> Answer:
    return Answer("application/json", slices(embeddings.whole({**seen.json, "encoding_format": "float"}), 2))


def error(message: str, code: str | None = None) -> Mapping[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


QUOTA = error("You exceeded your current quota.", "insufficient_quota")
SLOW_DOWN = error("Rate limit reached for requests.", "rate_limit_exceeded")
LIMITS = {"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": "1m2s"}

GROQ_OPTIONS = {"response_formats": ["json", "text", "verbose_json"], "least_seconds": 10}

OPENAI = Vendor(
    wire="openai",
    name="OpenAI and its like",
    key="sk-canary-0123456789abcdef",
    calls=(
        Call("speech", Task.SPEECH, speak, plain_speech, {"text_in.character": "20"},
             format=AudioFormat.PCM, ends=False, billed_whole=True),
        Call("speech-events", Task.SPEECH, speak, speech_events,
             {"text_in.token": "7", "audio_out.token": "10"},
             options={"stream_format": "sse"}, format=AudioFormat.PCM),
        Call("transcription", Task.TRANSCRIPTION, transcribe(), whole_transcript, TRANSCRIPT_UNITS,
             billed_whole=True),
        Call("transcription-events", Task.TRANSCRIPTION, transcribe(streamed=True), transcript_events,
             {"audio_in.token": "60", "text_out.token": "20"}, options={"stream": True}),
        Call("translation", Task.TRANSLATION, translate, whole_transcript, TRANSCRIPT_UNITS,
             billed_whole=True),
        Call("chat", Task.CHAT, converse(streamed=False), whole_chat, CHAT_UNITS),
        Call("chat-events", Task.CHAT, converse(streamed=True), chat_events, CHAT_UNITS),
        Call("image", Task.IMAGE, draw(n=2), whole_images, images.UNITS),
        Call("image-events", Task.IMAGE, draw(streamed=True, partial_images=2), image_events, images.UNITS),
        Call("image-edit", Task.IMAGE, edit(), whole_images, images.UNITS),
        Call("image-edit-events", Task.IMAGE, edit(streamed=True, partial_images=1), image_events,
             images.UNITS),
        Call("image-vary", Task.IMAGE, vary, priced_images, {"image_out.image": "2"},
             options={"image_response_format": "b64_json"}),
        Call("embedding", Task.EMBEDDING, embed, vectors, {"text_in.token": "12"}),
        Call("embedding-numbers", Task.EMBEDDING, embed, plain_vectors, {"text_in.token": "12"}),
        Call("groq-chat-events", Task.CHAT, converse(streamed=True), groq_chat_events, CHAT_UNITS,
             options={"reasoning_field": "reasoning"}),
        Call("groq-transcription", Task.TRANSCRIPTION, transcribe(), groq_transcript,
             {"audio_in.second": "10"}, options=GROQ_OPTIONS, billed_whole=True),
        Call("groq-translation", Task.TRANSLATION, translate, groq_transcript,
             {"audio_in.second": "10"}, options=GROQ_OPTIONS, billed_whole=True),
    ),
    error=error,
    errors=(
        ErrorCase(400, images.BLOCKED, UpstreamRefused, "upstream_refused"),
        ErrorCase(429, QUOTA, UpstreamDenied, "upstream_no_credit"),
        ErrorCase(429, SLOW_DOWN, UpstreamLimited, "upstream_rate_limited", LIMITS, 62.0),
        ErrorCase(429, SLOW_DOWN, UpstreamLimited, "upstream_rate_limited", groq.LIMITS, 7.66),
    ),
)  # fmt: skip
