"""`GET generation`: each caller sees their own records only."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest

from core.access import keys
from core.api.schemas.generation import Generation, GenerationData
from core.contract.audio import AudioFormat
from tests.core.api.chat_helpers import ASK as CHAT
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_model
from tests.core.api.transcription_helpers import make_transcription_model, send
from tests.fakes.audio import audio_bytes
from tests.fakes.audio_files import recode
from tests.fakes.chat import ID, USAGE, chunk
from tests.fakes.server_sent_events import DONE, events, frame, paced

ASK = {"model": "lab/alto", "input": "Hello there"}
COST = 0.00011


@pytest.fixture
def spoken(live, key, model) -> str:
    """The id of a generation of Alice's."""
    return live.post("/audio/speech", key, json=ASK).headers["x-generation-id"]


def test_the_owner_reads_a_generation(live, key, spoken):
    found = live.get("/generation", key, params={"id": spoken}).json()
    GenerationData.model_validate(found)
    data = found["data"]
    assert (data["id"], data["api_type"], data["model"]) == (spoken, "tts", "lab/alto")
    assert (data["provider_name"], data["cancelled"], data["streamed"]) == ("Lab", False, True)
    assert (data["total_cost"], data["basis"], data["outcome"]) == (COST, "computed", "completed")
    assert data["units"]["text_in.character"] == len(ASK["input"])
    assert [entry["outcome"] for entry in data["provider_responses"]] == ["completed"]
    assert "Hello" not in str(found)


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_tells_why_it_ended_and_its_id_at_the_provider(live, key, lab, stream):
    make_chat_model(lab)
    found = live.post("/chat/completions", key, json={**CHAT, "stream": stream}).headers["x-generation-id"]
    data = live.get("/generation", key, params={"id": found}).json()["data"]
    assert (data["finish_reason"], data["native_finish_reason"], data["upstream_id"]) == ("stop", "stop", ID)


def test_an_answer_that_ends_without_a_reason_has_none(live, key, lab, provider):
    make_chat_model(lab, upstream="ends")
    provider.script("ends", events([frame(chunk({"content": "Hi"})), DONE]))
    answer = live.post("/chat/completions", key, json={**CHAT, "stream": True})
    found = answer.headers["x-generation-id"]
    data = live.get("/generation", key, params={"id": found}).json()["data"]
    assert (data["outcome"], data["finish_reason"]) == ("completed", None)
    schema = Generation.model_json_schema()["properties"]["finish_reason"]
    assert schema["description"].endswith("null where the provider ended its answer without a reason.")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Generation-Id": "the-id", "X-Request-Id": "another"},
        {"X-Request-Id": "the-id"},
        {"request-id": "the-id"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["speech", "transcriptions"])
def test_sound_has_the_id_that_the_providers_headers_tell(live, key, lab, model, provider, path, headers):
    async def answer(exchange):
        sound = "speech" in exchange.seen.path
        data = audio_bytes(AudioFormat.MP3, 0.2) if sound else b'{"text": "Hi"}'
        await exchange.reply(200, data, "audio/mpeg" if sound else "application/json", **headers)

    provider.script("ok", answer)
    make_transcription_model(lab, upstream="ok", features=[])
    sent = live.post("/audio/speech", key, json=ASK) if path == "speech" else send(live, key)
    assert sent.status_code == 200
    data = live.get("/generation", key, params={"id": sent.headers["x-generation-id"]}).json()["data"]
    assert data["upstream_id"] == ("the-id" if headers else None)


def test_a_provider_has_its_own_word_for_the_end(live, key, lab, provider):
    ended = {**chunk({}, "length", native_finish_reason="MAX_TOKENS"), "usage": USAGE}
    provider.script("ends", paced([frame(chunk({"content": "Hi"})), frame(ended), DONE]))
    make_chat_model(lab, upstream="ends")
    answer = live.post("/chat/completions", key, json={**CHAT, "stream": True})
    data = live.get("/generation", key, params={"id": answer.headers["x-generation-id"]}).json()["data"]
    assert (data["finish_reason"], data["native_finish_reason"]) == ("length", "MAX_TOKENS")


def test_an_unpriced_generation_has_no_cost(live, key, lab):
    make_model(lab, "lab/alto", price=None)
    spoken = live.post("/audio/speech", key, json=ASK).headers["x-generation-id"]
    data = live.get("/generation", key, params={"id": spoken}).json()["data"]
    assert (data["total_cost"], data["basis"]) == (None, "unpriced")


def test_other_users_see_neither_generation_nor_spending(live, spoken, bob, charlie):
    for person in (bob, charlie):
        theirs, _ = keys.issue(person)
        answer = live.get("/generation", theirs, params={"id": spoken})
        assert (answer.status_code, spoken in answer.text) == (404, False)
        assert live.get("/key", theirs).json()["data"]["usage"] == 0
        assert live.get("/credits", theirs).json()["data"]["total_usage"] == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"id": ""}, 400),
        ({"id": "gen-nothing"}, 404),
        ({"id": "x" * 9000}, 404),
        ({"id": "\0"}, 400),
    ],
)
def test_a_missing_generation(live, key, model, query, status):
    answer = live.get("/generation", key, params=query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, "id")


def test_a_format_that_the_provider_does_not_make_is_converted_and_told(live, key, lab, provider):
    pytest.importorskip("av")
    make_model(lab, "lab/alto", formats=["pcm"])
    answer = live.post("/audio/speech", key, json={**ASK, "response_format": "flac"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/flac")
    assert answer.content.startswith(b"fLaC")
    assert provider.requests[0].json["response_format"] == "pcm"
    found = live.get("/generation", key, params={"id": answer.headers["x-generation-id"]}).json()
    GenerationData.model_validate(found)
    assert found["data"]["conversions"] == [{"direction": "output", "from": "pcm", "to": "flac"}]
    assert found["data"]["total_cost"] == COST


def test_audio_that_a_chat_model_does_not_take_is_converted_and_told(live, key, lab, provider, tmp_path):
    pytest.importorskip("av")
    limits = {"audio_formats": ["wav", "mp3"]}
    make_chat_model(lab, input_modalities=["text", "audio"], limits=limits)
    data = b64encode(recode(bytes(32_000), tmp_path / "note.webm").read_bytes()).decode()
    part = {"type": "input_audio", "input_audio": {"data": data, "format": "webm"}}
    body = {**CHAT, "messages": [{"role": "user", "content": [part]}]}
    answer = live.post("/chat/completions", key, json=body)
    assert answer.status_code == 200, answer.text
    sent = provider.requests[0].json["messages"][0]["content"][0]["input_audio"]
    assert (sent["format"], b64decode(sent["data"])[:4]) == ("wav", b"RIFF")
    found = live.get("/generation", key, params={"id": answer.headers["x-generation-id"]}).json()
    assert found["data"]["conversions"] == [{"direction": "input", "from": "webm", "to": "wav"}]
