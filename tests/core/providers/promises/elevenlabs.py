"""ElevenLabs: speech as bytes and with the times of its words, and transcription."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamDenied, UpstreamLimited, UpstreamRefused
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.contract.transcription import TranscriptionRequest
from tests.core.providers.promises.files import audio_file
from tests.core.providers.promises.vendor import Answer, Call, ErrorCase, Vendor
from tests.fakes import elevenlabs as fake
from tests.fakes.provider import Seen

TEXT = "The quick brown fox."
VOICE = "JBFqnCBsd6RMkjVDRZzb"
CHARACTERS = {"text_in.character": "20"}


def plain_speech(seen: Seen) -> Answer:
    return Answer(fake.MEDIA_TYPES[fake.codec(seen)], fake.sound(seen), fake.headers(seen))


def timed_speech(seen: Seen) -> Answer:
    return Answer("application/json", fake.timed_lines(seen), fake.headers(seen))


def transcript(seen: Seen) -> Answer:
    value = json.dumps(fake.transcript(seen)).encode()
    return Answer("application/json", [value], {"request_id": fake.REQUEST_ID})


def speak(folder: Path) -> SpeechRequest:
    return SpeechRequest("m", TEXT, format=AudioFormat.PCM)


def speak_with_times(folder: Path) -> SpeechRequest:
    return SpeechRequest("m", TEXT, format=AudioFormat.PCM, words=True)


def transcribe(folder: Path) -> TranscriptionRequest:
    return TranscriptionRequest("m", audio_file(folder), diarize=True, words=True)


def error(message: str, status: str = "some_status") -> Mapping[str, Any]:
    return {"detail": {"status": status, "message": message}}


ELEVENLABS = Vendor(
    wire="elevenlabs",
    name="ElevenLabs",
    key="xi0canary0123456789abcdef0123456789",
    calls=(
        Call("speech", Task.SPEECH, speak, plain_speech, CHARACTERS, voice=VOICE,
             format=AudioFormat.PCM, ends=False, billed_whole=True),
        Call("speech-words", Task.SPEECH, speak_with_times, timed_speech, CHARACTERS, voice=VOICE,
             format=AudioFormat.PCM, billed_whole=True),
        Call("transcription", Task.TRANSCRIPTION, transcribe, transcript, {"audio_in.second": "6"},
             billed_whole=True),
    ),
    error=error,
    errors=(
        ErrorCase(401, error("No credit.", "quota_exceeded"), UpstreamDenied, "upstream_no_credit"),
        ErrorCase(401, error("Wrong key.", "invalid_api_key"), UpstreamDenied, "upstream_auth"),
        ErrorCase(400, error("No such voice.", "voice_not_found"), UpstreamRefused, "upstream_not_found"),
        ErrorCase(429, error("Busy.", "system_busy"), UpstreamLimited, "upstream_rate_limited"),
        ErrorCase(429, error("Too many.", "too_many_concurrent_requests"), UpstreamLimited,
                  "upstream_rate_limited", {"retry_after": "3"}, 3.0),
    ),
)  # fmt: skip
