"""What is sent, judged by OpenRouter's own specification, and what is read from its answers."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from functools import partial

import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import UpstreamFailed
from core.contract.events import AnswerMetadata, AudioChunk, ChatDelta, Transcript, Used
from core.contract.speech import SpeechRequest
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.providers.openrouter.transcription import FORM_BYTES
from tests.core.providers.openrouter.calls import HELLO, of, send, target
from tests.core.providers.promises.files import AUDIO, audio_file
from tests.fakes import chat, transcription
from tests.fakes import openrouter as fake
from tests.fakes.audio import audio_bytes
from tests.fakes.scenarios import body
from tests.sdk.test_specs import check

pytestmark = pytest.mark.anyio


@pytest.fixture
def valid(data):
    """Raises for a body that the specification does not allow."""
    return partial(check, data, "openrouter")


def file_part(folder, modality: Modality, media_type: str, name: str, form: str = "") -> Media:
    path = folder / name
    path.write_bytes(AUDIO)
    return Media(modality, str(path), media_type, len(AUDIO), name, form)


async def test_every_part_of_a_chat(router, valid, tmp_path):
    def media(modality: Modality, media_type: str, name: str, form: str = "") -> Media:
        return file_part(tmp_path, modality, media_type, name, form)

    content = (
        {"type": "text", "text": "Compare."},
        {"type": "image_url", "image_url": {"url": media(Modality.IMAGE, "image/png", "a.png")}},
        {"type": "file", "file": {"filename": "a.pdf",
                                  "file_data": media(Modality.FILE, "application/pdf", "a.pdf")}},
        {"type": "input_audio", "input_audio": {"data": media(Modality.AUDIO, "audio/flac", "a.flac", "flac"),
                                                "format": "flac"}},
        {"type": "video_url", "video_url": {"url": media(Modality.VIDEO, "video/mp4", "a.mp4")}},
    )  # fmt: skip
    request = ChatRequest(
        "m",
        messages=({"role": "user", "content": content},),
        streamed=True,
        parameters={
            "plugins": [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}],
            "reasoning": {"effort": "low"},
        },
        preferences={"order": ["anthropic", "openai"], "data_collection": "deny", "zdr": True},
    )
    await send(target(router), request)
    sent = router.requests[0].json
    valid("ChatRequest", sent)
    assert sent["plugins"] == [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}]
    assert sent["provider"] == {"order": ["anthropic", "openai"], "data_collection": "deny", "zdr": True}
    assert sent["reasoning"] == {"effort": "low"}
    encoded = base64.b64encode(AUDIO).decode()
    parts = sent["messages"][0]["content"]
    assert parts[1]["image_url"]["url"] == f"data:image/png;base64,{encoded}"
    assert parts[3]["input_audio"] == {"data": encoded, "format": "flac"}
    assert parts[4]["video_url"]["url"] == f"data:video/mp4;base64,{encoded}"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_after_comments_and_white_space(router, streamed):
    events = await send(target(router), ChatRequest("m", messages=HELLO, streamed=streamed))
    assert of(AnswerMetadata, events)[0].id == fake.ID
    assert "".join(delta.text for delta in of(ChatDelta, events)) == chat.TEXT
    (used,) = of(Used, events)
    assert (used.usage.reported_cost, used.usage.units()["text_out.token"]) == (Decimal("0.0025"), 10)


async def test_an_error_inside_a_good_answer(router):
    error = {"code": 502, "message": "Provider returned error", "metadata": {"raw": "Overloaded."}}
    router.script("m-error", body(fake.PADDING + json.dumps({"id": fake.ID, "error": error}).encode()))
    with pytest.raises(UpstreamFailed) as caught:
        await send(target(router, "m-error"), ChatRequest("m", messages=HELLO))
    assert caught.value.message == "The provider failed with 502: Provider returned error: Overloaded."


@pytest.mark.parametrize("form", [AudioFormat.MP3, AudioFormat.PCM])
async def test_speech(router, valid, form):
    where = target(router, format=form, voice="ada")
    request = SpeechRequest("m", "Hello", format=form, speed=1.25, instructions="Calmly.")
    events = await send(where, request)
    assert b"".join(chunk.data for chunk in of(AudioChunk, events)) == audio_bytes(form, 0.5)
    sent = router.requests[0].json
    valid("SpeechRequest", sent)
    assert sent == {
        "model": "openai/model", "input": "Hello", "response_format": form.value, "voice": "ada",
        "speed": 1.25, "instructions": "Calmly.",
        "provider": {"options": {"openai": {"instructions": "Calmly."}}},
    }  # fmt: skip


async def test_options_of_a_company_go_to_it(router, valid):
    options = {"openai": {"instructions": "Loudly."}, "azure": {"seed": 7}}
    request = SpeechRequest("m", "Hello", instructions="Calmly.", options=options)
    await send(target(router), request)
    sent = router.requests[0].json
    valid("SpeechRequest", sent)
    assert sent["provider"] == {"options": options}
    await send(target(router, "mistralai/model"), SpeechRequest("m", "Hello", instructions="Calmly."))
    assert "provider" not in router.requests[1].json


async def test_a_small_file_goes_as_a_form(router, tmp_path):
    request = TranscriptionRequest("m", audio_file(tmp_path), language="en", temperature=0.5)
    events = await send(target(router), request)
    seen = router.requests[0]
    assert dict(seen.form) == {
        "model": "openai/model", "response_format": "json", "language": "en", "temperature": "0.5",
    }  # fmt: skip
    assert [part for part in seen.parts if part[1]] == [("file", "audio.wav", AUDIO)]
    assert of(Transcript, events)[0].text == transcription.TEXT
    assert of(Used, events)[0].usage.reported_cost == Decimal("0.0001")


async def test_a_large_file_goes_as_json(router, valid, tmp_path):
    path = tmp_path / "large.wav"
    path.write_bytes(AUDIO + bytes(FORM_BYTES))
    file = AudioFile(str(path), "audio.wav", "audio/wav", path.stat().st_size, 6.0)
    await send(target(router), TranscriptionRequest("m", file))
    sent = router.requests[0].json
    valid("STTRequest", sent)
    assert base64.b64decode(sent["input_audio"].pop("data")) == path.read_bytes()
    assert sent == {"model": "openai/model", "input_audio": {"format": "wav"}, "response_format": "json"}


async def test_what_a_form_has_no_field_for_goes_as_json(router, valid, tmp_path):
    where = target(router, options={"response_formats": ["json", "verbose_json"]})
    request = TranscriptionRequest(
        "m", audio_file(tmp_path), language="en", format=TranscriptFormat.VERBOSE_JSON, words=True,
        diarize=True, keyterms=("Zoë",), options={"groq": {"prompt": "Names."}},
        preferences={"only": ["groq"]},
    )  # fmt: skip
    await send(where, request)
    sent = router.requests[0].json
    valid("STTRequest", sent)
    assert sent.pop("input_audio")["format"] == "wav"
    assert sent == {
        "model": "openai/model", "response_format": "verbose_json", "language": "en",
        "timestamp_granularities": ["word", "segment"], "diarize": True, "keyterms": ["Zoë"],
        "provider": {"only": ["groq"], "options": {"groq": {"prompt": "Names."}}},
    }  # fmt: skip
