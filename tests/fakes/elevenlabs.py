"""ElevenLabs' answers as its documentation and its Python package describe them.

`python -m tests.fakes.elevenlabs` serves them on its own.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.contract.audio import AudioFormat
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.provider import Exchange, Scenario, Seen, serve

SECONDS = 0.5
CHUNKS = 5
REQUEST_ID = "req-Fake123"
TEXT = "Ask not. (laughter) Ask what you can do."
DURATION = 6.0
WORDS = [
    ("Ask", "word", 0.0, 0.4, "speaker_0"),
    (" ", "spacing", 0.4, 0.5, "speaker_0"),
    ("not.", "word", 0.5, 1.0, "speaker_0"),
    (" ", "spacing", 1.0, 1.2, "speaker_0"),
    ("(laughter)", "audio_event", 1.2, 1.5, "speaker_0"),
    (" ", "spacing", 1.5, 3.0, "speaker_1"),
    ("Ask", "word", 3.0, 3.4, "speaker_1"),
    (" ", "spacing", 3.4, 3.5, "speaker_1"),
    ("what", "word", 3.5, 3.9, "speaker_1"),
    (" ", "spacing", 3.9, 4.0, "speaker_1"),
    ("you", "word", 4.0, 4.3, "speaker_1"),
    (" ", "spacing", 4.3, 4.4, "speaker_1"),
    ("can", "word", 4.4, 4.8, "speaker_1"),
    (" ", "spacing", 4.8, 4.9, "speaker_1"),
    ("do.", "word", 4.9, 5.6, "speaker_1"),
]
CODECS = {"mp3": AudioFormat.MP3, "opus": AudioFormat.OPUS, "pcm": AudioFormat.PCM}
MEDIA_TYPES = {"mp3": "audio/mpeg", "opus": "audio/opus", "pcm": "audio/pcm"}
VOICES = [
    {
        "voice_id": "JBFqnCBsd6RMkjVDRZzb",
        "name": "George",
        "category": "premade",
        "labels": {"gender": "male", "accent": "british", "age": "middle_aged", "use_case": "narration"},
        "description": "A warm storyteller.",
        "preview_url": "https://storage.example.com/george.mp3",
    },
    {"voice_id": "Zx9FakeVoice00000001", "name": "Mira", "labels": {"gender": "female", "accent": "irish"}},
]
MODELS = [
    {"model_id": "eleven_multilingual_v2", "name": "Eleven Multilingual v2", "can_do_text_to_speech": True},
    {"model_id": "eleven_flash_v2_5", "name": "Eleven Flash v2.5", "can_do_text_to_speech": True},
    {"model_id": "eleven_english_sts_v2", "name": "Eleven English v2", "can_do_text_to_speech": False},
]
SUBSCRIPTION = {
    "tier": "creator",
    "character_count": 1200,
    "character_limit": 100000,
    "next_character_count_reset_unix": 1_798_761_600,
    "status": "active",
}


def query(seen: Seen) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(seen.path).query).items()}


def codec(seen: Seen) -> str:
    return query(seen).get("output_format", "mp3_44100_128").partition("_")[0]


def sound(seen: Seen, chunks: int = CHUNKS) -> list[bytes]:
    return slices(audio_bytes(CODECS[codec(seen)], SECONDS), chunks)


def headers(seen: Seen) -> dict[str, str]:
    """The id of the answer and its cost in credits, of which the quick models take half as many."""
    share = 2 if re.search("flash|turbo", seen.json.get("model_id", "")) else 1
    cost = -(-len(seen.json.get("text", "")) // share)
    return {"request_id": REQUEST_ID, "character_cost": str(cost)}


def timed_lines(seen: Seen) -> list[bytes]:
    """Lines of JSON, each with a piece of the audio and the times of some characters."""
    text = seen.json["text"]
    step = SECONDS / max(1, len(text))
    size = -(-len(text) // CHUNKS)
    found = []
    for number, piece in enumerate(sound(seen)):
        places = range(number * size, min(len(text), (number + 1) * size))
        alignment = {
            "characters": [text[at] for at in places],
            "character_start_times_seconds": [round(at * step, 4) for at in places],
            "character_end_times_seconds": [round((at + 1) * step, 4) for at in places],
        }
        value = {
            "audio_base64": base64.b64encode(piece).decode(),
            "alignment": alignment,
            "normalized_alignment": alignment,
        }
        found.append(json.dumps(value).encode() + b"\n\n")
    return found


def transcript(seen: Seen) -> dict[str, Any]:
    asked = seen.asked
    words = [word(*each, asked) for each in WORDS]
    if asked.get("timestamps_granularity") == "none":
        words = []
    return {
        "language_code": "eng",
        "language_probability": 0.98,
        "text": TEXT,
        "words": words,
        "transcription_id": "tr-Fake123",
        "audio_duration_secs": DURATION,
    }


def word(text: str, type: str, start: float, end: float, speaker: str, asked: Any) -> dict[str, Any]:
    found = {"text": text, "start": start, "end": end, "type": type, "logprob": -0.25}
    if asked.get("diarize") == "true":
        found["speaker_id"] = speaker
    if asked.get("timestamps_granularity") == "character":
        step = (end - start) / len(text)
        found["characters"] = [
            {"text": each, "start": round(start + at * step, 3), "end": round(start + (at + 1) * step, 3)}
            for at, each in enumerate(text)
        ]
    return found


async def speak(exchange: Exchange, delay: float) -> None:
    seen = exchange.seen
    timed = "/with-timestamps" in seen.path
    media_type = "application/json" if timed else MEDIA_TYPES[codec(seen)]
    exchange.bill()
    await exchange.head(content_type=media_type, **headers(seen))
    for piece in timed_lines(seen) if timed else sound(seen):
        await exchange.chunk(piece)
        await asyncio.sleep(delay)
    await exchange.end()


def answering(delay: float = 0.0) -> Scenario:
    """What each path is answered with, a known key given."""

    async def answer(exchange: Exchange) -> None:
        seen = exchange.seen
        path = urlsplit(seen.path).path
        lists: dict[str, Any] = {
            "/v1/models": MODELS,
            "/v1/voices": {"voices": VOICES},
            "/v1/user/subscription": SUBSCRIPTION,
        }
        if not seen.headers.get("xi-api-key"):
            detail = {
                "status": "needs_authorization",
                "message": "Neither authorization header nor xi-api-key.",
            }
            await exchange.reply(401, json.dumps({"detail": detail}).encode())
        elif path.startswith("/v1/text-to-speech/"):
            await speak(exchange, delay)
        elif path == "/v1/speech-to-text":
            exchange.bill()
            await exchange.reply(200, json.dumps(transcript(seen)).encode(), request_id=REQUEST_ID)
        elif path in lists:
            await exchange.reply(200, json.dumps(lists[path]).encode())
        else:
            await exchange.reply(404, b'{"detail":"Not Found"}')

    return answer


if __name__ == "__main__":
    serve(__doc__, answering)
