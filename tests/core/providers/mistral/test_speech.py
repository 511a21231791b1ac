"""Speech by Mistral: sound in events or in one object, its samples in our form, the characters it charges."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import time
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, Used
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.providers.mistral.speech.samples import converted, sixteen_bits
from core.providers.registry import adapter
from tests.core.providers.mistral.calls import of, send, sound, target
from tests.core.providers.openai.speech.test_recorded_answers import MISTRAL, recorded, replay
from tests.fakes import mistral as fake
from tests.fakes.audio import audio_bytes
from tests.fakes.provider import Provider
from tests.fakes.scenarios import body

pytestmark = pytest.mark.anyio

TEXT = "Ruby is a programming language designed for developer happiness."
VOICE = "en_paul_neutral"


@pytest.mark.parametrize("audio", [AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.WAV, AudioFormat.FLAC])
@pytest.mark.parametrize("streamed", [True, False])
async def test_sound_arrives_as_it_was_sent(vendor, audio, streamed):
    where = target(vendor, "voxtral-mini-tts-2603", voice=VOICE, format=audio,
                   options={"stream_speech": streamed})  # fmt: skip
    events = await send(where, SpeechRequest("m", TEXT, format=audio))
    assert events[:2] == [AnswerMetadata(fake.ID), AudioStart(audio, 24_000, 1)]
    assert sound(events) == audio_bytes(audio, fake.SECONDS)
    asked = {
        "model": "voxtral-mini-tts-2603",
        "input": TEXT,
        "voice_id": VOICE,
        "response_format": audio.value,
    }
    assert vendor.requests[0].json == asked | ({"stream": True} if streamed else {})


async def test_samples_become_sixteen_bits(vendor):
    where = target(vendor, voice=VOICE, format=AudioFormat.PCM)
    events = await send(where, SpeechRequest("m", TEXT, format=AudioFormat.PCM))
    assert sound(events) == audio_bytes(AudioFormat.PCM, fake.SECONDS)
    units = of(Used, events)[0].usage.units()
    assert units["audio_out.second"] == Decimal("0.5")


async def test_samples_of_sixteen_bits_pass_where_the_endpoint_says_so(provider):
    data = audio_bytes(AudioFormat.PCM, 0.5)
    value = json.dumps({"audio_data": base64.b64encode(data).decode()}).encode()
    provider.script("m", body(value, "application/json"))
    where = target(provider, "m", format=AudioFormat.PCM, options={"pcm_samples": "int16"})
    assert sound(await send(where, SpeechRequest("m", TEXT, format=AudioFormat.PCM))) == data


def test_loud_samples_are_cut_and_those_that_are_no_numbers_are_silence():
    numbers = (0.0, 1.0, -1.0, 1.5, -7.0, 0.5, float("nan"), float("inf"))
    assert struct.unpack("<8h", converted(struct.pack("<8f", *numbers))) == (
        0, 32767, -32767, 32767, -32767, 16384, 0, 32767,
    )  # fmt: skip


async def test_numbers_may_be_cut_anywhere():
    data = struct.pack("<5f", 0.0, 0.25, 0.5, -0.25, 1.0)

    async def pieces():
        for at in range(0, len(data), 3):
            yield data[at : at + 3]

    async with aclosing(sixteen_bits(pieces())) as found:
        assert b"".join([piece async for piece in found]) == converted(data)


async def test_the_first_sound_does_not_wait_for_the_last(tmp_path):
    bills = tmp_path / "bills.jsonl"
    bills.touch()
    with Provider(lambda name: fake.answering(0.2), bills) as slow:
        where = target(slow, voice=VOICE, format=AudioFormat.PCM)
        started, arrivals = time.monotonic(), []
        async with aclosing(
            adapter("mistral").speak(where, SpeechRequest("m", TEXT, format=AudioFormat.PCM))
        ) as events:
            async for event in events:
                if isinstance(event, AudioChunk):
                    arrivals.append(time.monotonic() - started)
        assert await asyncio.to_thread(slow.requests[0].over.wait, 5)
    assert len(arrivals) == fake.CHUNKS
    assert arrivals[-1] - arrivals[0] > 0.6


@pytest.mark.parametrize(
    ("told", "charged"), [("70", 70), ("0", 0), ("many", 64), ("-3", 64), ("", 64), ("9" * 30, 64)]
)
async def test_the_vendor_s_characters_are_charged(provider, told, charged):
    value = json.dumps({"audio_data": base64.b64encode(audio_bytes(AudioFormat.MP3, 0.5)).decode()}).encode()

    async def answer(exchange):
        header = {"x_ratelimit_input_characters_query_cost": told} if told else {}
        await exchange.reply(200, value, **header)

    provider.script("m", answer)
    where = target(provider, "m", voice=VOICE, format=AudioFormat.MP3)
    events = await send(where, SpeechRequest("m", TEXT))
    assert events[-1].usage.units()["text_in.character"] == charged


async def test_options_are_sent_but_never_another_text_or_file(vendor):
    options = {
        "mistral": {"expressiveness": 2, "input": "Other", "conversation_history": [], "stream": False}
    }  # fmt: skip
    where = target(vendor, "m", voice=VOICE, options={"body": {"metadata": {"team": "a"}}})
    await send(where, SpeechRequest("m", TEXT, options=options))
    assert vendor.requests[0].json == {
        "model": "m", "input": TEXT, "voice_id": VOICE, "response_format": "mp3", "stream": True,
        "expressiveness": 2, "metadata": {"team": "a"},
    }  # fmt: skip


@pytest.mark.recorded("mistral", Task.SPEECH)
async def test_a_recorded_answer(provider, data):
    exchange, recording = recorded(data, MISTRAL)
    provider.script("voxtral-mini-tts-latest", replay(exchange, recording))
    where = target(provider, "voxtral-mini-tts-latest", voice=VOICE, format=AudioFormat.MP3)
    events = await send(where, SpeechRequest("m", TEXT))
    assert of(AudioStart, events) == [AudioStart(AudioFormat.MP3, 24_000, 1)]
    assert sound(events) == base64.b64decode(json.loads(recording)["audio_data"])
    assert events[-1].usage.units()["text_in.character"] == 64
