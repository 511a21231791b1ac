from __future__ import annotations

import json

import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import UpstreamRefused
from core.contract.events import AudioChunk, ChatDelta, Transcript, Used
from core.contract.speech import SpeechRequest
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest
from tests.core.providers.azure.calls import BASES, of, send, target
from tests.core.providers.promises.files import audio_file
from tests.fakes import azure, chat, transcription
from tests.fakes.audio import audio_bytes

pytestmark = pytest.mark.anyio

HELLO = ({"role": "user", "content": "Hello"},)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_chat_with_results_of_filters(vendor, base, streamed):
    events = await send(target(vendor, base=base), ChatRequest("m", messages=HELLO, streamed=streamed))
    assert "".join(delta.text for delta in of(ChatDelta, events)) == chat.TEXT
    assert [delta.finish for delta in of(ChatDelta, events) if delta.finish] == ["stop"]
    results = [delta.extra["content_filter_results"] for delta in of(ChatDelta, events) if delta.extra]
    assert results
    assert all(found == azure.SAFE for found in results)
    assert of(Used, events)[0].usage.units()["text_in.token"] == 12


async def test_a_filter_ends_an_answer_halfway(vendor):
    messages = ({"role": "user", "content": "Go halfway"},)
    events = await send(target(vendor), ChatRequest("m", messages=messages, streamed=True))
    assert [(delta.text, delta.finish) for delta in of(ChatDelta, events)] == [
        ("It", None), ("", "content_filter"),
    ]  # fmt: skip


async def test_a_refused_prompt_names_the_categories(vendor):
    messages = ({"role": "user", "content": "Something forbidden"},)
    with pytest.raises(UpstreamRefused) as caught:
        await send(target(vendor), ChatRequest("m", messages=messages))
    assert caught.value.status == 400
    assert caught.value.param == "prompt"
    assert caught.value.message.endswith("content management policy. Found: jailbreak, violence.")
    assert caught.value.metadata == {"upstream_code": "content_filter", "filtered": "jailbreak, violence"}


async def test_a_deployment_that_is_missing_is_not_found(vendor):
    with pytest.raises(UpstreamRefused) as caught:
        await send(target(vendor, "other"), ChatRequest("m", messages=HELLO))
    assert caught.value.status == 404
    assert caught.value.metadata["upstream_code"] == "DeploymentNotFound"


@pytest.mark.parametrize("base", BASES)
async def test_speech(vendor, base):
    events = await send(target(vendor, "tts", base, voice="alloy"), SpeechRequest("m", "Hello."))
    assert b"".join(chunk.data for chunk in of(AudioChunk, events)) == audio_bytes(AudioFormat.MP3, 0.5)
    sent = {"model": "tts", "input": "Hello.", "response_format": "mp3", "voice": "alloy"}
    assert vendor.requests[0].json == sent


@pytest.mark.parametrize("base", BASES)
async def test_transcription_and_translation(vendor, base, tmp_path):
    whisper = target(vendor, "whisper", base)
    for request in (
        TranscriptionRequest("m", audio_file(tmp_path), language="en"),
        TranslationRequest("m", audio_file(tmp_path)),
    ):
        events = await send(whisper, request)
        assert of(Transcript, events)[0].text == transcription.TEXT
        assert of(Used, events)[0].usage.units()["audio_in.second"] == 6


async def test_sound_in_a_chat(vendor):
    where = target(vendor, "gpt-audio-1.5", voice="alloy", format=AudioFormat.WAV)
    modalities = frozenset({Modality.TEXT, Modality.AUDIO})
    request = ChatRequest("m", messages=HELLO, modalities=modalities, format=AudioFormat.WAV)
    events = await send(where, request)
    assert b"".join(chunk.data for chunk in of(AudioChunk, events)) == audio_bytes(AudioFormat.WAV, 0.5)
    assert vendor.requests[0].json["audio"] == {"format": "wav", "voice": "alloy"}


async def test_a_key_and_a_token_have_headers_of_their_own(vendor):
    for key, header in ((azure.KEY, "api-key"), (azure.TOKEN, "authorization")):
        await send(target(vendor, key=key), ChatRequest("m", messages=HELLO))
        carried = {name for name, value in vendor.requests[-1].headers.items() if key in value}
        assert carried == {header}


async def test_no_reasoning_of_earlier_answers_is_sent(vendor):
    messages = (*HELLO, {"role": "assistant", "content": "Hi", "reasoning": "A greeting."}, *HELLO)
    await send(target(vendor), ChatRequest("m", messages=messages))
    assert "A greeting." not in json.dumps(vendor.requests[0].json)
