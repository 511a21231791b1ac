"""`POST audio/transcriptions`: both encodings, every format, failures before, during and after."""

from __future__ import annotations

import json
import socket
import time
from decimal import Decimal
from pathlib import Path

import pytest

from core.contract.tasks import API_PREFIXES
from core.models import UsageRecord
from tests.core.api.transcription_helpers import (
    PATH,
    WAV,
    assert_error,
    make_transcription_model,
    send,
    send_json,
    settled_record,
)
from tests.fakes.scenarios import page, status
from tests.fakes.transcription import MEASURES, TEXT, streamed


@pytest.fixture
def ear(lab):
    """`lab/ear`: words, segments, speakers; a ten-thousandth a second."""
    return make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])


@pytest.fixture
def incoming(settings):
    """What is in the folder of incoming files; nothing may stay there."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    return lambda: [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_with_a_long_name(live, key, ear, incoming):
    answer = send(live, key, name="n" * 4996 + ".wav")
    assert (answer.status_code, answer.json()["text"], incoming()) == (200, TEXT, [])


def test_a_form(live, key, ear, provider, incoming):
    answer = send(live, key)
    assert answer.status_code == 200
    assert answer.json() == {
        "text": TEXT,
        "usage": {
            "type": "duration",
            "seconds": 6.0,
            "input_tokens": 0,
            "output_tokens": 0,
            "total_tokens": 0,
            "input_token_details": {"text_tokens": 0, "audio_tokens": 0},
            "cost": 0.0006,
        },
    }
    headers = answer.headers
    assert (headers["x-polyphony-provider"], headers["x-polyphony-cost"]) == ("Lab", "0.0006")
    record = settled_record("completed")
    assert headers["x-generation-id"] == record.public_id
    assert (record.task, record.cost, record.units) == (
        "transcription", Decimal("0.0006"), {"audio_in.second": 6},
    )  # fmt: skip
    assert [part[2] for part in provider.requests[0].parts if part[1]] == [WAV]
    assert incoming() == []


def test_base64_in_json(live, key, ear, provider, incoming):
    assert send_json(live, key, response_format="text").text == TEXT
    assert [part[2] for part in provider.requests[0].parts if part[1]] == [WAV]
    assert incoming() == []


@pytest.mark.parametrize(
    ("case", "name", "media_type"),
    [
        ("id3-flac.flac", "audio.flac", "audio/flac"),
        ("id3-aac.aac", "audio.aac", "audio/aac"),
        ("zero-padded.mp3", "audio.mp3", "audio/mpeg"),
    ],
)
def test_a_file_behind_a_tag_or_padding_is_sent_as_what_it_is(
    live, key, ear, provider, data, case, name, media_type
):
    content = (data / "cases" / case).read_bytes()

    assert send(live, key, content, name="any.bin").json()["text"] == TEXT
    assert [part[2] for part in provider.requests[0].parts if part[1]] == [content]
    assert f'filename="{name}"\r\nContent-Type: {media_type}\r\n'.encode() in provider.requests[0].body


@pytest.mark.parametrize("name", ["ear", "lab/lab/ear"])
def test_a_model_without_its_author_is_recorded_under_its_own_name(live, key, ear, name):
    answer = send(live, key, model=name)
    assert answer.json()["text"] == TEXT
    assert settled_record("completed").model == "lab/ear"


def test_a_file_without_a_file_name_is_refused_by_what_it_lacks(live, key, ear):
    answer = live.post(PATH, key, files={"model": (None, "lab/ear"), "file": (None, WAV)})

    assert_error(answer, 400, "missing_file_name", "file")


@pytest.mark.parametrize("prefix", API_PREFIXES)
def test_every_mount(live, key, ear, prefix):
    live.refresh()
    answer = live.client.post(
        f"{prefix}{PATH}",
        data={"model": "lab/ear"},
        files={"file": WAV},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.json()["text"] == TEXT


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("json", "application/json; charset=utf-8", '{"text":"Ask'),
        ("text", "text/plain; charset=utf-8", "Ask not what"),
        ("srt", "text/plain; charset=utf-8", "1\n00:00:00,000 --> 00:00:03,000\nAsk not"),
        ("vtt", "text/plain; charset=utf-8", "WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nAsk not"),
        ("verbose_json", "application/json; charset=utf-8", '{"task":"transcribe","language":"english"'),
        ("diarized_json", "application/json; charset=utf-8", '{"task":"transcribe","duration":6.0'),
    ],
)
def test_every_format(live, key, ear, form, media_type, begins):
    answer = send(live, key, response_format=form)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.text.startswith(begins)
    settled_record("completed")


def test_requested_words_are_in_the_transcript(live, key, ear):
    found = send(live, key, response_format="verbose_json", **{"timestamp_granularities[]": "word"}).json()
    assert len(found["words"]) == len(TEXT.split())
    assert "segments" not in found


def test_segments_have_whispers_measures_as_they_were_sent(live, key, ear):
    first = send(live, key, response_format="verbose_json").json()["segments"][0]
    assert {name: first[name] for name in MEASURES} == MEASURES


def test_a_model_with_json_only_is_called_with_json(live, key, lab, provider):
    make_transcription_model(lab, features=["language", "streaming"], formats=["json", "text"])
    fields = {"response_format": "verbose_json", "timestamp_granularities[]": "segment", "temperature": "0"}
    found = send(live, key, language="en", **fields).json()
    assert (found["text"], found["language"], found["segments"]) == (TEXT, "english", [])
    assert dict(provider.requests[0].form)["response_format"] == "json"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        (
            {"response_format": "verbose_json", "timestamp_granularities[]": "word"},
            "timestamp_granularities",
        ),
        ({"response_format": "diarized_json"}, "response_format"),
        ({"diarize": "true"}, "diarize"),
        ({"prompt": "Names"}, "prompt"),
    ],
)
def test_unsupported_details_are_refused_naming_models_that_have_them(
    live, key, lab, provider, fields, param
):
    make_transcription_model(lab, features=["language"])
    make_transcription_model(lab, slug="lab/able")
    answer = send(live, key, **fields)
    assert_error(answer, 400, "unsupported_parameter", param)
    assert answer.json()["error"]["message"].endswith("Models that can: lab/able.")
    assert provider.requests == []
    assert not UsageRecord.objects.exists()


def test_an_unsupported_language_is_refused(live, key, lab):
    make_transcription_model(lab, languages=["en-US"])
    make_transcription_model(lab, slug="lab/able", languages=["de", "en"])
    assert_error(send(live, key, language="german"), 400, "unsupported_parameter", "language")
    assert send(live, key, language="english").status_code == 200


def test_events(live, key, ear, provider):
    answer = send(live, key, stream="true")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *frames, terminator, rest = answer.text.split("\n\n")
    assert (terminator, rest) == ("data: [DONE]", "")
    *deltas, done = [json.loads(frame.removeprefix("data: ")) for frame in frames]
    assert {delta["type"] for delta in deltas} == {"transcript.text.delta"}
    assert "".join(delta["delta"] for delta in deltas) == TEXT
    assert len(deltas) == len(TEXT.split())
    assert (done["type"], done["text"]) == ("transcript.text.done", TEXT)
    assert done["usage"]["total_tokens"] == 80
    assert dict(provider.requests[0].form)["stream"] == "true"


def test_events_of_a_model_that_cannot_stream(live, key, lab, provider):
    make_transcription_model(lab, features=["language"])
    frames = send(live, key, stream="true").text.split("\n\n")
    assert [json.loads(frame.removeprefix("data: "))["type"] for frame in frames[:2]] == [
        "transcript.text.delta", "transcript.text.done",
    ]  # fmt: skip
    assert "stream" not in dict(provider.requests[0].form)


def test_events_of_speakers(live, key, ear):
    frames = send(live, key, stream="true", response_format="diarized_json").text.split("\n\n")
    events = [json.loads(frame.removeprefix("data: ")) for frame in frames[:-2]]
    segments = [event for event in events if event["type"] == "transcript.text.segment"]
    assert [(segment["id"], segment["speaker"]) for segment in segments] == [("seg_0", "A"), ("seg_1", "B")]


@pytest.mark.parametrize("scenario", ["heard-then-cut", "heard-then-error"])
def test_a_failure_after_the_first_delta_is_an_event(live, key, lab, scenario, incoming):
    make_transcription_model(lab, upstream=scenario)
    *_, last, rest = send(live, key, stream="true").text.split("\n\n")
    event = json.loads(last.removeprefix("data: "))
    assert (event["type"], event["error"]["type"], rest) == ("error", "upstream_error", "")
    record = settled_record("partial")
    assert (record.state, record.cost > 0) == ("estimated", True)
    assert event["error"]["metadata"]["generation_id"] == record.public_id
    wait_for(lambda: not incoming())


@pytest.mark.parametrize("stream", ["true", "false"])
@pytest.mark.parametrize(("scenario", "code"), [(page(500), 502), (status(429), 429), (status(401), 502)])
def test_a_failure_before_the_first_delta_has_a_status_and_costs_nothing(
    live, key, ear, provider, scenario, code, stream, incoming
):
    provider.script("whisper", scenario)
    answer = send(live, key, stream=stream)
    assert answer.status_code == answer.json()["error"]["code"] == code
    record = settled_record("failed")
    assert answer.headers["x-generation-id"] == record.public_id
    assert (record.state, record.cost) == ("released", Decimal(0))
    assert incoming() == []


def test_the_provider_call_is_closed_when_the_client_disconnects(live, key, lab, provider, incoming):
    make_transcription_model(lab, upstream="heard-slowly")
    live.refresh()
    with live.client.stream(
        "POST",
        f"/v1{PATH}",
        data={"model": "lab/ear", "stream": "true"},
        files={"file": WAV},
        headers={"Authorization": f"Bearer {key}"},
    ) as answer:
        next(answer.iter_raw())
    assert provider.requests[0].left.wait(10)
    assert settled_record("stopped").cost > 0
    wait_for(lambda: not incoming())


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "empty_file"),
        (b"Hello, this is text.", "unsupported_media"),
        (b"<html><script>", "unsupported_media"),
        (b"\x7fELF\2\1\1\0", "unsupported_media"),
        (b"PK\3\4" + bytes(100), "unsupported_media"),
        (b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", "unsupported_media"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "unsupported_media"),
    ],
)
def test_a_file_without_audio_is_refused_whatever_its_name(live, key, ear, provider, file, code, incoming):
    assert_error(send(live, key, file, name="speech.mp3"), 400, code, "file")
    assert_error(send_json(live, key, file), 400, code, "input_audio.data")
    assert (provider.requests, incoming()) == ([], [])


def test_a_wrong_extension_does_not_matter(live, key, ear, provider):
    assert send(live, key, name="speech.mp3").status_code == 200
    assert [part[1] for part in provider.requests[0].parts if part[1]] == ["audio.wav"]


def test_the_limit_is_exact_to_the_byte(live, key, ear, provider, settings, incoming):
    settings.MAX_UPLOAD_MB = 1
    most = WAV + bytes(1024 * 1024 - len(WAV))
    assert send(live, key, most).status_code == 200
    assert send_json(live, key, most).status_code == 200
    assert_error(send(live, key, most + b"\0"), 413, "request_too_large", "file")
    assert_error(send_json(live, key, most + b"\0"), 413, "request_too_large", "file")
    assert_error(send(live, key, most * 3), 413, "request_too_large")
    assert (len(provider.requests), incoming()) == (2, [])


def test_a_model_may_take_less(live, key, lab):
    model = make_transcription_model(lab)
    model.limits = {"file_mb": 0.1}
    model.save()
    assert_error(send(live, key), 413, "request_too_large", "file")


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ([], "file"),
        ([("file", ("a.wav", WAV)), ("file", ("b.wav", WAV))], "file"),
        ([("audio", ("a.wav", WAV))], "file"),
        ([("file", (None, "text"))], "file"),
    ],
)
def test_one_file_in_its_place(live, key, ear, files, param, incoming):
    answer = live.post(PATH, key, files=[("model", (None, "lab/ear")), *files])
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert incoming() == []


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("text/plain", 415),
        ("", 415),
        ("multipart/form-data", 400),
        ("application/json; charset=latin-1", 415),
    ],
)
def test_other_encodings_are_refused(live, key, ear, content_type, code):
    headers = {"Content-Type": content_type}
    assert live.post(PATH, key, content=b"x", headers=headers).status_code == code


def test_an_upload_needs_a_key(live, ear, incoming):
    assert send(live, "").status_code == 401
    assert incoming() == []


def test_no_file_is_left_by_a_client_that_disconnects(live, key, ear, provider, incoming):
    live.refresh()
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + WAV
    head = (
        f"POST /v1{PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body) * 2}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", live.port)) as connection:
        connection.sendall(head.encode() + body)
        wait_for(lambda: incoming())
    wait_for(lambda: not incoming())
    assert provider.requests == []
    assert not UsageRecord.objects.exists()


def wait_for(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_budget_counts_the_seconds_before_anything_is_sent(live, key, ear, provider, alice):
    from core.models import Budget  # noqa: PLC0415 - the registry is not ready at import time

    Budget.objects.create(user=alice, limit="0.0005")
    assert_error(send(live, key), 402, "budget_exceeded")
    assert provider.requests == []


def test_a_silent_stream_gets_keep_alive_comments(live, key, lab, provider, monkeypatch):
    monkeypatch.setattr("core.api.http.streaming.KEEP_ALIVE", 0.1)
    make_transcription_model(lab, features=["streaming"], upstream="late")
    provider.script("late", late)
    text = send(live, key, stream="true").text
    assert text.startswith(": still here\n\n")
    assert text.endswith("data: [DONE]\n\n")


async def late(exchange) -> None:
    import asyncio  # noqa: PLC0415 - runs in the provider's own loop

    await asyncio.sleep(0.5)
    await streamed(None)(exchange)
