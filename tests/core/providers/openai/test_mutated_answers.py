"""Damaged answers, whole and streamed: the readers raise from the error tree only, and lose no word that came
before the damage."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.contract.audio import AudioFormat
from core.contract.errors import PolyphonyError
from core.contract.events import ChatDelta, Event, TranscriptDelta
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.providers.openai.chat.events import ChatReader
from core.providers.openai.speech.events import audio_chunks
from core.providers.openai.speech.usage import SpeechMeter
from core.providers.openai.transcription.events import events_of_object, events_of_stream
from tests.core.providers.openai.speech.test_recorded_answers import recorded
from tests.fakes import chat as fake
from tests.fakes.audio import audio_bytes
from tests.fakes.mutations import Mutated, mutated
from tests.fakes.scenarios import deltas
from tests.fakes.server_sent_events import DONE, frame

STREAM = (
    "transcription_basic_functionality_openai_gpt-4o-transcribe_streams_text_deltas_and_returns_the_final_"
    "transcription.yml"
)
OBJECTS = (
    "transcription_basic_functionality_mistral_voxtral-mini-latest_can_transcribe_audio.yml",
    "transcription_basic_functionality_openai_whisper-1_can_transcribe_audio.yml",
    "transcription_basic_functionality_openrouter_openai_gpt-4o-mini-transcribe_can_transcribe_audio.yml",
)
WHERE = Target(1, "fake", "Fake", "openai", "http://fake", "m")
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
ASKED = {"tools": [{"function": {"name": "weather"}}], "messages": [{"role": "user"}]}
CHATS = {
    "text": fake.frames({"reasoning": {}, "stream_options": {"include_usage": True}}, "Größe 世界 🌍 ok"),
    "calls": fake.frames(ASKED),
    "sound": fake.frames({"modalities": ["text", "audio"], "audio": {"format": "pcm16"}}),
    "picture": fake.frames({"modalities": ["text", "image"]}),
}


async def source(pieces: Sequence[bytes]) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


async def collect(events: AsyncGenerator[Any, None], into: list[Any]) -> None:
    """The events until the end or an error of the tree; any other error fails the test."""
    with suppress(PolyphonyError):
        async with aclosing(events) as found:
            async for event in found:
                into.append(event)


def whole_frames(body: bytes, intact: int) -> bytes:
    """The events of a stream that are complete before the damage."""
    end = max(body.rfind(b"\r\n\r\n", 0, intact) + 4, body.rfind(b"\n\n", 0, intact) + 2)
    return body[:end] if end >= 4 else b""


def words(events: Sequence[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, ChatDelta | TranscriptDelta))


def assert_encodable(events: Sequence[Any]) -> None:
    for event in events:
        value = asdict(event) if is_dataclass(event) else event
        orjson.dumps(value, default=lambda each: base64.b64encode(each).decode() if isinstance(each, bytes)
                     else str(each))  # fmt: skip


def read_chat(pieces: Sequence[bytes]) -> list[Event]:
    reader, found = ChatReader(AudioFormat.PCM, ()), []
    with suppress(PolyphonyError):
        for piece in pieces:
            for event in reader.feed(piece):
                found.append(event)
            if reader.done:
                break
        for event in reader.end():
            found.append(event)
    return found


def read_transcript(pieces: Sequence[bytes]) -> list[Event]:
    found: list[Event] = []
    asyncio.run(collect(events_of_stream(source(pieces), (), WHERE, 3.7, logprobs=True), found))
    return found


def check(read: Callable[[Sequence[bytes]], list[Event]], body: bytes, found: Mutated) -> None:
    events = read(found.pieces)
    assert_encodable(events)
    assert words(events).startswith(words(read([whole_frames(body, found.intact)])))


@pytest.mark.parametrize("name", CHATS)
def test_damaged_chats_lose_no_word_before_the_damage(name):
    body = b"".join(CHATS[name])

    @QUICK
    @given(mutated(body))
    def damaged(found):
        check(read_chat, body, found)

    damaged()


def test_damaged_transcripts_lose_no_word_before_the_damage(data):
    _, body = recorded(data, STREAM)

    @QUICK
    @given(mutated(body))
    def damaged(found):
        check(read_transcript, body, found)

    damaged()


def test_the_words_of_a_recorded_transcript_as_a_chat(data):
    """Recorded words in the chunks of a chat, because the tapes have no chat."""
    _, tape = recorded(data, STREAM)
    lines = [json.loads(line[6:]) for line in tape.decode().split("\r\n") if line.startswith("data: {")]
    chunks = [frame(fake.chunk({"content": line["delta"]})) for line in lines if "delta" in line]
    body = b"".join([*chunks, frame(fake.chunk({}, "stop")), DONE])

    @QUICK
    @given(mutated(body))
    def damaged(found):
        check(read_chat, body, found)

    damaged()


def test_damaged_speech_loses_no_sound_before_the_damage():
    body = b"".join([*deltas(AudioFormat.PCM), frame({"type": "speech.audio.done", "usage": None})])
    sound = audio_bytes(AudioFormat.PCM)

    def read(pieces: Sequence[bytes]) -> bytes:
        found: list[bytes] = []
        meter = SpeechMeter(WHERE, SpeechRequest("m", "Hello"), AudioFormat.PCM)
        asyncio.run(collect(audio_chunks(source(pieces), (), meter), found))
        return b"".join(found)

    @QUICK
    @given(mutated(body))
    def damaged(found):
        before = read([whole_frames(body, found.intact)])
        assert sound.startswith(before)
        assert read(found.pieces).startswith(before)

    damaged()


@pytest.mark.parametrize("name", OBJECTS)
def test_damaged_objects_are_read_or_refused(data, name):
    _, body = recorded(data, name)

    @QUICK
    @given(mutated(body))
    def damaged(found):
        events: list[Event] = []
        asyncio.run(collect(events_of_object(found.body, (), WHERE, 3.7, logprobs=True), events))
        assert_encodable(events)

    damaged()


@QUICK
@given(st.sampled_from([{}, ASKED, {"modalities": ["text", "image"]}]).flatmap(
    lambda asked: mutated(json.dumps(fake.whole(asked)).encode())
))  # fmt: skip
def test_damaged_whole_chats_are_read_or_refused(found):
    with suppress(PolyphonyError):
        assert_encodable(ChatReader(AudioFormat.PCM, ()).whole(found.body))
