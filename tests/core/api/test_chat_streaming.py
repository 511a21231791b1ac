"""`POST chat/completions` with `stream`: chunks as the provider sends them, the usage in the last one."""

from __future__ import annotations

import base64
import json

import pytest

from core.contract.audio import AudioFormat
from core.models import UsageRecord
from tests.core.api.chat_helpers import ASK, chunks, deltas, make_chat_model, streamed, text
from tests.core.api.records import settled_record
from tests.fakes.audio import audio_bytes
from tests.fakes.chat import ARGUMENTS, EXPIRES, FINGERPRINT, IMAGE, TEXT, THOUGHTS

SPOKEN = {"modalities": ["text", "audio"], "audio": {"voice": "ada", "format": "pcm16"}}


@pytest.fixture
def talker(lab):
    return make_chat_model(lab)


def test_chunks_are_role_text_finish_and_usage(live, key, talker):
    answer, found = streamed(live, key)
    last = found[-1]
    record = settled_record("completed")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-generation-id"] == record.public_id
    assert answer.headers["x-polyphony-provider"] == "Lab"
    assert deltas(found)[0] == {"role": "assistant", "content": ""}
    assert text(found) == TEXT
    assert [choice["finish_reason"] for choice in last["choices"]] == ["stop"]
    assert {chunk["id"] for chunk in found} == {record.public_id}
    assert {chunk["system_fingerprint"] for chunk in found} == {FINGERPRINT}
    assert all(len(chunk["choices"]) == 1 for chunk in found)
    assert last["usage"]["total_tokens"] == 22
    assert last["usage"]["cost"] == pytest.approx(float(record.cost))


def test_padding_of_the_provider_is_dropped(live, key, talker):
    answer, _ = streamed(live, key)
    assert "obfuscation" not in answer.text


def test_requested_usage_is_null_before_the_last_chunk(live, key, talker):
    _, found = streamed(live, key, stream_options={"include_usage": True})
    assert [chunk["usage"] for chunk in found[:-1]] == [None] * (len(found) - 1)
    assert (found[-1]["choices"], found[-1]["usage"]["total_tokens"]) == ([], 22)


@pytest.mark.timing
def test_deltas_are_sent_while_the_provider_sends_them(live, key, lab, provider):
    make_chat_model(lab, upstream="chat-slowly")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream": True}
    with live.client.stream("POST", "/v1/chat/completions", json=asked, headers=headers) as answer:
        first = next(answer.iter_raw())
        assert (b'"role":"assistant"' in first, provider.requests[0].finished.is_set()) == (True, False)


def test_a_silent_model_gets_keep_alive_comments(live, key, lab, monkeypatch):
    monkeypatch.setattr("core.api.http.streaming.KEEP_ALIVE", 0.05)
    make_chat_model(lab, upstream="slow")
    answer, found = streamed(live, key)
    assert ": still here" in answer.text.split("\n\n")
    assert text(found) == TEXT


def test_a_tool_call_is_named_once(live, key, talker):
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    _, found = streamed(live, key, tools=tools)
    calls = [call for delta in deltas(found) for call in delta.get("tool_calls", ())]
    assert [(call.get("id"), call.get("type")) for call in calls if "id" in call] == [("call_1", "function")]
    assert [call["function"]["name"] for call in calls if "name" in call["function"]] == ["weather"]
    assert "".join(call["function"]["arguments"] for call in calls) == ARGUMENTS
    assert found[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_reasoning_comes_before_the_text(live, key, talker):
    _, found = streamed(live, key, reasoning={"effort": "low"})
    assert "".join(delta.get("reasoning", "") for delta in deltas(found)) == THOUGHTS
    assert text(found) == TEXT


def test_audio_and_transcript_deltas_can_be_joined(live, key, talker):
    _, found = streamed(live, key, **SPOKEN)
    audio = [delta["audio"] for delta in deltas(found) if "audio" in delta]
    pieces = [piece["data"] for piece in audio if "data" in piece]
    assert base64.b64decode("".join(pieces)) == audio_bytes(AudioFormat.PCM, 0.5)
    assert [len(base64.b64decode(piece)) % 6 for piece in pieces[:-1]] == [0] * (len(pieces) - 1)
    assert "".join(piece.get("transcript", "") for piece in audio) == TEXT
    assert [piece["id"] for piece in audio if "id" in piece] == ["audio_1"]
    assert [piece["expires_at"] for piece in audio if "expires_at" in piece] == [EXPIRES]
    assert text(found) == ""


def test_an_image_is_a_delta(live, key, talker):
    _, found = streamed(live, key, modalities=["image", "text"])
    images = [image for delta in deltas(found) for image in delta.get("images", ())]
    url = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
    assert [image["image_url"]["url"] for image in images] == [url]


def test_many_deltas_at_once_are_all_sent(live, key, lab):
    make_chat_model(lab, upstream="words-2000")
    _, found = streamed(live, key)
    assert text(found) == " ".join(f"word{number}" for number in range(2000))


def test_the_provider_call_is_closed_when_the_client_disconnects(live, key, lab, provider):
    make_chat_model(lab, upstream="words-1000-at-20")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream": True}
    with live.client.stream("POST", "/v1/chat/completions", json=asked, headers=headers) as answer:
        next(answer.iter_raw())
    assert provider.requests[0].left.wait(10)
    assert settled_record("stopped").cost > 0


def test_revoking_a_key_ends_its_streams(live, key, lab, alice):
    from core.models import ApiKey  # noqa: PLC0415 - the registry is not ready at import time

    make_chat_model(lab, upstream="words-1000-at-20")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream": True}
    with live.client.stream("POST", "/v1/chat/completions", json=asked, headers=headers) as answer:
        pieces = answer.iter_raw()
        received = next(pieces)
        ApiKey.objects.all().delete()
        live.refresh()
        received += b"".join(pieces)
    last = chunks(received.decode())[-1]
    assert (last["error"]["code"], last["choices"][0]["finish_reason"]) == (401, "error")
    assert settled_record("interrupted").cost > 0


def test_the_record_says_that_it_was_streamed(live, key, talker):
    streamed(live, key)
    live.post("/chat/completions", key, json=ASK)
    assert list(UsageRecord.objects.order_by("id").values_list("streamed", flat=True)) == [True, False]


def test_every_chunk_is_one_line_of_json(live, key, talker):
    answer, _ = streamed(live, key, **SPOKEN)
    for frame in answer.text.removesuffix("\n\n").split("\n\n")[:-1]:
        assert frame.startswith("data: ")
        assert isinstance(json.loads(frame.removeprefix("data: ")), dict)
