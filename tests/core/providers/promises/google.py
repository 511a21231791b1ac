"""Google's Gemini API at AI Studio, and at Vertex AI with a key of its express mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.embedding import EmbeddingRequest
from core.contract.errors import UpstreamDenied, UpstreamLimited
from core.contract.image import ImageMode, ImageRequest
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest
from tests.core.providers.promises.files import audio_file, image_file
from tests.core.providers.promises.vendor import Answer, Call, ErrorCase, Vendor
from tests.fakes import embeddings, gemini
from tests.fakes.provider import Seen

TEXT = "The quick brown fox."
MESSAGES = ({"role": "user", "content": "Hello"},)
CHAT_UNITS = {"text_in.token": "12", "text_out.token": "10"}
SPEECH_UNITS = {"text_in.token": "7", "audio_out.token": "13"}
TRANSCRIPT_UNITS = {"text_in.token": "18", "audio_in.token": "192", "text_out.token": "20"}
IMAGE_UNITS = {"text_in.token": "8", "text_out.token": "13", "image_out.token": "1290"}
TIMED = '{"language": "en", "segments": [{"start": "00:00.000", "end": "00:02.500", "text": "The quick."}]}'


def events(values: Callable[[], list[dict[str, Any]]]) -> Callable[[Seen], Answer]:
    return lambda seen: Answer("text/event-stream", gemini.frames(values()))


def whole(value: Callable[[], dict[str, Any]]) -> Callable[[Seen], Answer]:
    return lambda seen: Answer("application/json; charset=UTF-8", [gemini.body(value())])


def timed() -> dict[str, Any]:
    return gemini.chunk({"text": TIMED}, finish="STOP", usage=gemini.TRANSCRIPT_USAGE)


def transcript() -> dict[str, Any]:
    return gemini.chunk({"text": gemini.TEXT}, finish="STOP", usage=gemini.TRANSCRIPT_USAGE)


def speak(folder: Path) -> SpeechRequest:
    return SpeechRequest("m", TEXT, format=AudioFormat.PCM)


def transcribe(**fields: Any) -> Callable[[Path], TranscriptionRequest]:
    return lambda folder: TranscriptionRequest("m", audio_file(folder), **fields)


def translate(folder: Path) -> TranslationRequest:
    return TranslationRequest("m", audio_file(folder))


def converse(*, streamed: bool) -> Callable[[Path], ChatRequest]:
    return lambda folder: ChatRequest("m", messages=MESSAGES, streamed=streamed)


def draw(*, streamed: bool = False) -> Callable[[Path], ImageRequest]:
    return lambda folder: ImageRequest("m", TEXT, streamed=streamed)


def edit(folder: Path) -> ImageRequest:
    return ImageRequest("m", TEXT, ImageMode.EDIT, (image_file(folder),), aspect_ratio="16:9")


def embed(folder: Path) -> EmbeddingRequest:
    return EmbeddingRequest("m", (("The quick brown fox.",), ("The lazy dog.",)), input_type="search_query")


def vectors(seen: Seen) -> Answer:
    return Answer("application/json; charset=UTF-8", [embeddings.google(seen.json)])


def error(message: str) -> dict[str, Any]:
    return {"error": {"message": message}}


CALLS: Sequence[Call] = (
    Call("chat", Task.CHAT, converse(streamed=False), whole(gemini.whole_text), CHAT_UNITS),
    Call("chat-events", Task.CHAT, converse(streamed=True), events(gemini.text_chunks), CHAT_UNITS),
    Call("speech", Task.SPEECH, speak, whole(gemini.whole_speech), SPEECH_UNITS,
         options={"stream_speech": False}, voice="Kore", format=AudioFormat.PCM),
    Call("speech-events", Task.SPEECH, speak, events(gemini.speech_chunks), SPEECH_UNITS,
         voice="Kore", format=AudioFormat.PCM),
    Call("transcription", Task.TRANSCRIPTION, transcribe(), whole(transcript), TRANSCRIPT_UNITS),
    Call("transcription-events", Task.TRANSCRIPTION, transcribe(streamed=True),
         events(gemini.transcript_chunks), TRANSCRIPT_UNITS),
    Call("transcription-times", Task.TRANSCRIPTION,
         transcribe(format=TranscriptFormat.VERBOSE_JSON, segments=True), whole(timed), TRANSCRIPT_UNITS),
    Call("translation", Task.TRANSLATION, translate, whole(transcript), TRANSCRIPT_UNITS),
    Call("image", Task.IMAGE, draw(), whole(gemini.whole_image), IMAGE_UNITS),
    Call("image-events", Task.IMAGE, draw(streamed=True), events(gemini.image_chunks), IMAGE_UNITS),
    Call("image-edit", Task.IMAGE, edit, whole(gemini.edited_image),
         {**IMAGE_UNITS, "image_in.token": "258"}),
)  # fmt: skip

BAD_KEY = gemini.error(
    400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT",
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
     "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}},
)  # fmt: skip
ABROAD = gemini.error(400, "User location is not supported for the API use.", "FAILED_PRECONDITION")
SLOW_DOWN = gemini.error(
    429, "You exceeded your current quota.", "RESOURCE_EXHAUSTED",
    {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaValue": "10"}]},
    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"},
)  # fmt: skip

GOOGLE = Vendor(
    wire="google",
    name="Google Gemini",
    key="AIzaCanary0123456789abcdefghijklmnopqrs",
    calls=(*CALLS, Call("embedding", Task.EMBEDDING, embed, vectors, {"text_in.token": "12"})),
    error=error,
    errors=(
        ErrorCase(400, BAD_KEY, UpstreamDenied, "upstream_auth"),
        ErrorCase(400, ABROAD, UpstreamDenied, "upstream_auth"),
        ErrorCase(429, SLOW_DOWN, UpstreamLimited, "upstream_rate_limited", retry_after=34.5),
        ErrorCase(429, [SLOW_DOWN], UpstreamLimited, "upstream_rate_limited", retry_after=34.5),
    ),
    path="/v1beta",
    model="gemini-fake",
)

VERTEX = replace(GOOGLE, wire="vertex", name="Google Vertex AI", path="/v1", calls=CALLS)
