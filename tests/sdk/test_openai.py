"""Speech with OpenAI's Python client: complete, streamed, as events; our errors as its exceptions."""

from __future__ import annotations

import base64
import json

import openai
import pytest

from core.contract.audio import AudioFormat
from core.models import UsageRecord
from tests.fakes.audio import audio_bytes

ASK = {"model": "lab/alto", "input": "Hello there", "voice": "ada"}


def test_speech_at_once(client):
    answer = client.audio.speech.create(**ASK)
    assert answer.content == audio_bytes(AudioFormat.MP3, 0.5)
    assert answer.response.headers["x-generation-id"] == UsageRecord.objects.get().public_id


def test_speech_as_a_stream(client, tmp_path):
    with client.audio.speech.with_streaming_response.create(**ASK, response_format="pcm") as answer:
        assert answer.headers["content-type"] == "audio/pcm;rate=24000;channels=1"
        audio = b"".join(answer.iter_bytes())
    assert audio == audio_bytes(AudioFormat.PCM, 0.5)


def test_speech_to_a_file(client, tmp_path):
    path = tmp_path / "hello.wav"
    with client.audio.speech.with_streaming_response.create(**ASK, response_format="wav") as answer:
        answer.stream_to_file(path)
    assert path.read_bytes() == audio_bytes(AudioFormat.WAV, 0.5)


def test_speech_as_events(client):
    with client.audio.speech.with_streaming_response.create(**ASK, stream_format="sse") as answer:
        lines = [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
    *deltas, done = map(json.loads, lines)
    assert b"".join(base64.b64decode(delta["audio"]) for delta in deltas) == audio_bytes(AudioFormat.MP3, 0.5)
    assert done["type"] == "speech.audio.done"


async def speak(address: str, key: str) -> bytes:
    client = openai.AsyncOpenAI(api_key=key, base_url=address, max_retries=0)
    async with client, client.audio.speech.with_streaming_response.create(**ASK) as answer:
        return b"".join([piece async for piece in answer.iter_bytes()])


@pytest.mark.anyio
async def test_speech_in_the_async_client(client, live, key):
    assert await speak(live.api, key) == audio_bytes(AudioFormat.MP3, 0.5)


def test_models_are_listed_and_fetched(client):
    assert [entry.id for entry in client.models.list()] == ["lab/alto"]
    entry = client.models.retrieve("lab/alto")
    assert (entry.id, entry.object, entry.owned_by) == ("lab/alto", "model", "Lab")
    assert entry.created > 0


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"model": "lab/nothing"}, openai.NotFoundError, "model"),
        ({"voice": "nobody"}, openai.BadRequestError, "voice"),
        ({"speed": 9}, openai.BadRequestError, "speed"),
        ({"input": ""}, openai.BadRequestError, "input"),
    ],
)
def test_refusals_are_typed(client, fields, kind, param):
    with pytest.raises(kind) as caught:
        client.audio.speech.create(**{**ASK, **fields})
    error = caught.value
    assert (error.param, error.type) == (param, error.body["type"])
    assert error.code == str(error.status_code) or error.code == error.status_code
    assert error.request_id.startswith("req_")


def test_a_wrong_key_is_an_authentication_error(live, model):
    client = openai.OpenAI(api_key="ak_wrong", base_url=live.api, max_retries=0)
    with client, pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_a_busy_provider_is_a_rate_limit_error(client, provider):
    from tests.fakes.scenarios import status  # noqa: PLC0415 - beside its only use

    provider.script("ok", status(429))
    with pytest.raises(openai.RateLimitError) as caught:
        client.audio.speech.create(**ASK)
    assert int(caught.value.response.headers["retry-after"]) >= 1
