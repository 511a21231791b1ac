"""Microsoft's way in, OpenAI's own client for Azure, finds in the fake what it expects of Azure."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from core.contract.audio import AudioFormat
from core.providers.azure.addresses import VERSION
from tests.core.providers.azure.calls import target
from tests.fakes import chat, transcription
from tests.fakes.audio import audio_bytes
from tests.fakes.azure import KEY, TOKEN

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture(params=[{"api_key": KEY}, {"azure_ad_token": TOKEN}], ids=["key", "token"])
def client(vendor, request) -> Iterator[openai.AzureOpenAI]:
    with openai.AzureOpenAI(
        azure_endpoint=target(vendor).base_url, api_version=VERSION, max_retries=0, **request.param
    ) as made:
        yield made


def test_a_chat(client):
    answer = client.chat.completions.create(model="chat", messages=HELLO)
    assert answer.choices[0].message.content == chat.TEXT
    chunks = list(client.chat.completions.create(model="chat", messages=HELLO, stream=True))
    found = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in found if delta) == chat.TEXT


def test_sound(client, tmp_path):
    assert client.audio.speech.create(model="tts", voice="alloy", input="Hi").content == audio_bytes(
        AudioFormat.MP3, 0.5
    )
    path = tmp_path / "a.wav"
    path.write_bytes(audio_bytes(AudioFormat.WAV, 0.5))
    with path.open("rb") as file:
        assert client.audio.transcriptions.create(model="whisper", file=file).text == transcription.TEXT


def test_errors(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="other", messages=HELLO)
    assert caught.value.code == "DeploymentNotFound"
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="chat", messages=[{"role": "user", "content": "forbidden"}])
    assert refused.value.code == "content_filter"
