"""What real providers once answered, replayed over real HTTP into the adapter."""

from __future__ import annotations

import base64
import json
from contextlib import aclosing

import pytest
import yaml

from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, Used
from core.contract.route import Secret, Target
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.providers.registry import adapter

pytestmark = pytest.mark.anyio

OPENAI = "speech_basic_functionality_openai_gpt-4o-mini-tts_can_speak.yml"
MISTRAL = "speech_basic_functionality_mistral_voxtral-mini-tts-latest_can_speak.yml"
TEXT = "Ruby is a programming language designed for developer happiness."


class Loader(yaml.SafeLoader):
    """Tapes come from Ruby; only plain values and binary strings are in them."""


Loader.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)


def recorded(data, name: str) -> tuple[dict, bytes]:
    tape = yaml.load((data / "tapes" / name).read_text(), Loader)
    exchange = tape["http_interactions"][0]
    body = exchange["response"]["body"]["string"]
    return exchange, body if isinstance(body, bytes) else body.encode()


def replay(exchange: dict, body: bytes):
    async def scenario(answering):
        headers = exchange["response"]["headers"]
        await answering.head(200, content_type=headers["Content-Type"][0], set_cookie="a=b")
        for at in range(0, len(body), 4096):
            await answering.chunk(body[at : at + 4096])
        await answering.end()

    return scenario


async def played(provider, model: str, voice: str) -> list:
    where = Target(
        1, "fake", "Fake", "openai", provider.url, model, Secret(lambda: "sk-test"), voice=voice,
        format=AudioFormat.MP3,
    )  # fmt: skip
    async with aclosing(adapter("openai").speak(where, SpeechRequest("m", TEXT))) as found:
        return [event async for event in found]


@pytest.mark.recorded("openai", Task.SPEECH)
async def test_a_recorded_answer_of_openai_is_relayed_byte_for_byte(provider, data):
    exchange, body = recorded(data, OPENAI)
    provider.script("gpt-4o-mini-tts", replay(exchange, body))
    found = await played(provider, "gpt-4o-mini-tts", "alloy")
    assert found[0] == AudioStart(AudioFormat.MP3, 24_000, 1)
    assert b"".join(event.data for event in found if type(event) is AudioChunk) == body
    assert type(found[-1]) is Used
    asked = yaml.safe_load(exchange["request"]["body"]["string"])
    assert provider.requests[0].json == {**asked, "response_format": "mp3"}


async def test_a_recorded_answer_of_mistral_is_taken_out_of_its_json(provider, data):
    exchange, body = recorded(data, MISTRAL)
    provider.script("voxtral-mini-tts-latest", replay(exchange, body))
    found = await played(provider, "voxtral-mini-tts-latest", "en_paul_neutral")
    assert found[0] == AudioStart(AudioFormat.MP3, 24_000, 1)
    heard = b"".join(event.data for event in found if type(event) is AudioChunk)
    assert heard == base64.b64decode(json.loads(body)["audio_data"])
    asked = yaml.safe_load(exchange["request"]["body"]["string"])
    assert provider.requests[0].json == {**asked, "response_format": "mp3"}
