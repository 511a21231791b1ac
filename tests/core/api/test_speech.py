"""`POST audio/speech`: real HTTP, with a fake provider on loopback."""

from __future__ import annotations

import base64
import json
import socket
import time
from decimal import Decimal

import httpx
import pytest

from core.contract.audio import MEDIA_TYPES, AudioFormat
from core.contract.tasks import API_PREFIXES
from core.models import Attempt, Price, UsageRecord, VoiceAlias
from tests.core.api.conftest import make_model
from tests.core.api.records import settled_record
from tests.fakes.audio import audio_bytes
from tests.fakes.scenarios import USAGE, sse_speech, status
from tests.fakes.scenarios import speech as speaking

ASK = {"model": "lab/alto", "input": "Hello there"}


def records() -> list[tuple[str, str]]:
    return list(UsageRecord.objects.values_list("state", "outcome").order_by("id"))


def events(body: str) -> list[dict]:
    frames = [frame for frame in body.split("\n\n") if frame and not frame.startswith(":")]
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


@pytest.mark.parametrize("form", list(AudioFormat))
def test_each_format_is_relayed_unchanged(live, key, model, provider, form):
    answer = live.post("/audio/speech", key, json={**ASK, "response_format": form})
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])
    assert answer.content == audio_bytes(form, 0.5)
    assert provider.requests[0].json["response_format"] == form


def test_the_default_is_mp3_and_headers_have_provider_and_model(live, key, model, provider):
    answer = live.post("/audio/speech", key, json=ASK)
    record = UsageRecord.objects.get()
    headers = {name: answer.headers[name] for name in answer.headers if name.startswith("x-polyphony")}
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["x-generation-id"] == record.public_id
    assert answer.headers["x-request-id"].startswith("req_")
    assert headers == {
        "x-polyphony-provider": "Lab",
        "x-polyphony-model": "lab/alto",
        "x-polyphony-attempts": "1",
    }
    assert records() == [("settled", "completed")]


@pytest.mark.parametrize("prefix", API_PREFIXES)
def test_three_prefixes_are_one_router(live, key, model, prefix):
    live.refresh()
    answer = live.client.post(f"{prefix}/audio/speech", json=ASK, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_voice_speed_and_instructions_reach_the_provider(live, key, model, provider):
    asked = {**ASK, "voice": {"id": "Ben"}, "speed": 1.5, "instructions": "Softly", "user": "u-1"}
    assert live.post("/audio/speech", key, json=asked).status_code == 200
    sent = provider.requests[0].json
    assert (sent["voice"], sent["speed"], sent["instructions"]) == ("ben", 1.5, "Softly")
    assert "user" not in sent


@pytest.mark.timing
def test_audio_is_sent_while_the_provider_sends_it(live, key, lab, provider):
    make_model(lab, "lab/alto", upstream="slow")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    with live.client.stream("POST", "/v1/audio/speech", json=ASK, headers=headers) as answer:
        pieces = answer.iter_raw()
        first = next(pieces)
        assert (len(first) > 0, provider.requests[0].finished.is_set()) == (True, False)


def test_events_have_the_same_audio_and_each_decodes_by_itself(live, key, model, provider):
    asked = {**ASK, "stream_format": "sse", "response_format": "pcm"}
    answer = live.post("/audio/speech", key, json=asked)
    *deltas, done = events(answer.text)
    pieces = [base64.b64decode(delta["audio"]) for delta in deltas]
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    assert [len(piece) % 6 for piece in pieces[:-1]] == [0] * (len(pieces) - 1)
    assert b"".join(pieces) == audio_bytes(AudioFormat.PCM, 0.5)
    assert done["type"] == "speech.audio.done"
    assert set(done["usage"]) >= {"input_tokens", "output_tokens", "total_tokens"}
    assert done["usage"]["units"]["text_in.character"] == len(ASK["input"])
    assert done["usage"]["cost"] == pytest.approx(len(ASK["input"]) * 0.00001)


@pytest.fixture
def sse_model(lab, provider):
    """`lab/alto`, priced by tokens, whose provider answers in events where it is asked for them."""
    provider.script("events", sse_speech(USAGE))
    made = make_model(lab, "lab/alto", upstream="events", price=None)
    endpoint = made.endpoints.get()
    endpoint.options = {"speech_events": {"stream_format": "sse"}}
    endpoint.save()
    for kind, price in (("text_in", "0.0000006"), ("audio_out", "0.000012")):
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=price)
    return made


def test_events_come_from_the_providers_events_with_its_usage(live, key, sse_model, provider):
    answer = live.post("/audio/speech", key, json={**ASK, "stream_format": "sse", "response_format": "pcm"})
    *deltas, done = events(answer.text)
    record = settled_record("completed")
    assert provider.requests[0].json["stream_format"] == "sse"
    assert b"".join(base64.b64decode(delta["audio"]) for delta in deltas) == audio_bytes(AudioFormat.PCM, 0.5)
    assert {name: done["usage"][name] for name in USAGE} == USAGE
    assert (record.units["audio_out.token"], record.basis) == (USAGE["output_tokens"], "computed")


@pytest.mark.parametrize("stream_format", [None, "audio"])
def test_bytes_are_asked_for_as_bytes(live, key, sse_model, provider, stream_format):
    live.post("/audio/speech", key, json={**ASK, "stream_format": stream_format})
    assert "stream_format" not in provider.requests[0].json


def test_a_silent_stream_gets_keep_alive_comments(live, key, lab, provider, monkeypatch):
    monkeypatch.setattr("core.api.http.streaming.KEEP_ALIVE", 0.05)
    make_model(lab, "lab/alto", upstream="slow")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream_format": "sse"}
    with live.client.stream("POST", "/v1/audio/speech", json=asked, headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith(":"):
                break
    assert line == ": still here"


@pytest.mark.parametrize(
    ("scenario", "code", "error_type", "tries_charged"),
    [
        ("denied", 502, "upstream_auth", 0),
        ("limited", 429, "upstream_rate_limited", 0),
        ("failing", 502, "upstream_failed", 0),
        # the provider took the text and answered nothing: it may bill it, each time
        ("hang-up", 502, "upstream_unreachable", 2),
    ],
)
def test_a_failure_before_the_first_byte_has_its_status(
    live, key, lab, scenario, code, error_type, tries_charged
):
    make_model(lab, "lab/alto", upstream=scenario)
    answer = live.post("/audio/speech", key, json=ASK)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["metadata"]["provider_code"]) == (code, code, error_type)
    assert answer.headers["x-generation-id"] == UsageRecord.objects.get().public_id
    assert settled_record("failed").cost == tries_charged * len(ASK["input"]) * Decimal("0.00001")


def test_another_endpoint_takes_over_from_one_that_fails(live, key, model, provider, other_provider):
    from core.models import Endpoint, Provider  # noqa: PLC0415 - the registry is not ready at import time

    provider.script("ok", status(500))
    second = Provider.objects.create(
        slug="second",
        name="Second",
        wire="openai",
        base_url=other_provider.url,
        internal=True,
        needs_key=False,
    )
    Endpoint.objects.create(model=model, provider=second, upstream_id="ok", priority=20)
    answer = live.post("/audio/speech", key, json=ASK)
    assert (answer.status_code, answer.headers["x-polyphony-provider"]) == (200, "Second")
    assert answer.content == audio_bytes(AudioFormat.MP3, 0.5)
    assert list(Attempt.objects.values_list("outcome", flat=True).order_by("number"))[-1] == "completed"


@pytest.mark.parametrize("scenario", ["reset", "cut"])
def test_a_failure_after_the_first_byte_breaks_the_connection(live, key, lab, scenario):
    make_model(lab, "lab/alto", upstream=scenario)
    with pytest.raises(httpx.RemoteProtocolError):
        live.post("/audio/speech", key, json=ASK)
    assert settled_record("partial").cost > 0


def test_a_failure_after_the_first_event_is_an_event(live, key, lab):
    make_model(lab, "lab/alto", upstream="cut")
    answer = live.post("/audio/speech", key, json={**ASK, "stream_format": "sse"})
    *deltas, last = events(answer.text)
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    assert (last["type"], last["error"]["type"]) == ("error", "upstream_error")
    assert settled_record("partial").cost > 0


@pytest.mark.parametrize("form", ["audio", "sse"])
def test_the_provider_call_is_closed_when_the_client_disconnects(live, key, lab, provider, form):
    make_model(lab, "lab/alto", upstream="slow")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream_format": form}
    with live.client.stream("POST", "/v1/audio/speech", json=asked, headers=headers) as answer:
        next(answer.iter_raw())
    assert provider.requests[0].left.wait(10)
    assert settled_record("stopped").cost > 0


def test_the_provider_call_is_closed_when_the_client_disconnects_before_the_first_byte(
    live, key, lab, provider
):
    make_model(lab, "lab/alto", upstream="nothing")
    live.refresh()
    body = json.dumps(ASK).encode()
    head = (
        f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", live.port)) as connection:
        connection.sendall(head.encode() + body)
        deadline = time.monotonic() + 10
        while not provider.requests and time.monotonic() < deadline:
            time.sleep(0.01)
    assert provider.requests[0].left.wait(10)
    settled_record("stopped")


def test_chunks_that_are_no_multiple_of_six_bytes(live, key, model, provider):
    provider.script("ok", speaking(seconds=0.5, chunks=7))
    answer = live.post("/audio/speech", key, json={**ASK, "stream_format": "sse", "response_format": "wav"})
    pieces = [base64.b64decode(delta["audio"]) for delta in events(answer.text)[:-1]]
    assert b"".join(pieces) == audio_bytes(AudioFormat.WAV, 0.5)


def test_instructions_are_ignored_by_a_model_without_them(live, key, lab, provider):
    make_model(lab, "lab/plain", features=[])
    answer = live.post("/audio/speech", key, json={**ASK, "model": "lab/plain", "instructions": "Softly"})
    assert (answer.status_code, answer.headers["x-polyphony-ignored"]) == (200, "instructions")
    assert "instructions" not in provider.requests[0].json


@pytest.mark.parametrize(("voice", "stand_in"), [("alloy", "ada"), ("Nova", "ben"), ({"id": "onyx"}, "ada")])
def test_a_voice_of_openai_is_spoken_by_another(live, key, model, provider, voice, stand_in):
    VoiceAlias.objects.bulk_create([VoiceAlias(name="alloy"), VoiceAlias(name="onyx", gender="male")])
    VoiceAlias.objects.create(name="nova", model=model, voice="Ben")
    answer = live.post("/audio/speech", key, json={**ASK, "voice": voice})
    assert (answer.status_code, answer.headers["x-polyphony-voice"]) == (200, stand_in)
    assert provider.requests[0].json["voice"] == stand_in
    found = live.get("/generation", key, params={"id": answer.headers["x-generation-id"]}).json()["data"]
    assert found["voice"] == stand_in


def test_a_voice_of_no_alias_is_refused(live, key, model):
    VoiceAlias.objects.create(name="nova", model=model, voice="Ben")
    answer = live.post("/audio/speech", key, json={**ASK, "voice": "alloy"})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "lab/alto has no voice 'alloy'. It has ada, ben."


def test_what_a_model_takes_needs_no_header(live, key, model):
    answer = live.post("/audio/speech", key, json={**ASK, "voice": "Ben", "instructions": "Softly"})
    assert {"x-polyphony-ignored", "x-polyphony-voice"}.isdisjoint(answer.headers)
