"""Transcription options that only some models and servers support."""

from __future__ import annotations

import json

import pytest

from core.catalogue.routes import targets
from core.models import Attempt, Endpoint
from tests.core.api.conftest import make_provider
from tests.core.api.transcription_helpers import WAV, assert_error, make_transcription_model, send, send_json
from tests.fakes import scenarios
from tests.fakes.transcription import SECONDS, TEXT, token

TOKENS = [token(word) for word in TEXT.split()]


@pytest.fixture
def sure(lab):
    """`lab/ear`, which can tell how sure it is."""
    return make_transcription_model(
        lab, features=["language", "streaming", "logprobs"], formats=["json", "text"]
    )


@pytest.mark.parametrize("name", ["include", "include[]", "include[0]"])
def test_requested_logprobs_are_in_the_transcript(live, key, sure, provider, name):
    found = send(live, key, **{name: "logprobs"}).json()
    assert (found["text"], found["logprobs"]) == (TEXT, TOKENS)
    assert [value for field, value in provider.requests[0].form if field == "include[]"] == ["logprobs"]


def test_logprobs_are_absent_unless_requested(live, key, sure, provider):
    assert "logprobs" not in send(live, key).json()
    assert "include[]" not in dict(provider.requests[0].form)


def test_logprobs_are_in_the_events(live, key, sure):
    frames = send(live, key, stream="true", **{"include[]": "logprobs"}).text.split("\n\n")[:-2]
    *deltas, done = [json.loads(frame.removeprefix("data: ")) for frame in frames]
    assert [delta["logprobs"] for delta in deltas] == [[one] for one in TOKENS]
    assert (done["type"], done["text"], done["logprobs"]) == ("transcript.text.done", TEXT, TOKENS)


def test_a_model_without_logprobs_names_models_that_have_them(live, key, lab, provider):
    make_transcription_model(lab)
    make_transcription_model(lab, slug="lab/able", features=["logprobs"])
    answer = send(live, key, include="logprobs")
    assert_error(answer, 400, "unsupported_parameter", "include")
    assert answer.json()["error"]["message"].endswith("Models that can: lab/able.")
    assert provider.requests == []


def test_logprobs_are_refused_in_other_formats(live, key, sure, provider):
    assert_error(
        send(live, key, include="logprobs", response_format="text"), 400, "unsupported_value", "include"
    )
    assert provider.requests == []


WISHES = {"num_speakers": "2", "tag_audio_events": "true", "enable_logging": "false"}


def set_hints(endpoint: Endpoint, hints: list[str]) -> Endpoint:
    endpoint.options = {"hints": hints}
    endpoint.save()
    return endpoint


def test_wishes_reach_a_server_that_knows_them(live, key, lab, provider):
    set_hints(Endpoint.objects.get(model=make_transcription_model(lab)), [*WISHES])
    assert send(live, key, WAV, **WISHES).status_code == 200
    sent = dict(provider.requests[0].form)
    assert {name: sent[name] for name in WISHES} == WISHES


@pytest.mark.parametrize(("name", "value"), [("enable_logging", False), ("num_speakers", 2)])
@pytest.mark.parametrize("hints", [[], ["other"]])
def test_a_wish_that_no_server_obeys_is_refused(live, key, lab, provider, name, value, hints):
    set_hints(Endpoint.objects.get(model=make_transcription_model(lab)), hints)
    able = make_transcription_model(lab, slug="lab/able", features=[])
    set_hints(Endpoint.objects.get(model=able), [name])
    for answer in (send(live, key, **{name: json.dumps(value)}), send_json(live, key, **{name: value})):
        assert_error(answer, 400, "unsupported_parameter", name)
        assert answer.json()["error"]["message"].endswith("Models that can: lab/able.")
    assert provider.requests == []


def test_a_wish_for_what_happens_anyway_is_no_demand(live, key, lab, provider):
    make_transcription_model(lab)
    for tagged in ("true", "false"):
        assert send(live, key, enable_logging="true", tag_audio_events=tagged).status_code == 200
    assert not {"enable_logging", "tag_audio_events"} & {
        name for seen in provider.requests for name, _ in seen.form
    }


@pytest.mark.parametrize(("name", "value"), [("enable_logging", "false"), ("tag_audio_events", "true")])
def test_of_two_servers_the_one_that_obeys_is_asked(live, key, lab, provider, name, value):
    model = make_transcription_model(lab)
    other = make_provider("other", provider.url)
    set_hints(
        Endpoint.objects.create(model=model, provider=other, upstream_id="by-token", priority=1000), [name]
    )
    answer = send(live, key, **{name: value})
    assert (answer.status_code, answer.headers["x-polyphony-provider"]) == (200, other.name)
    assert [dict(seen.form)[name] for seen in provider.requests] == [value]


def test_a_translation_obeys_or_refuses_as_well(live, key, lab, provider):
    endpoint = Endpoint.objects.get(model=make_transcription_model(lab))
    answer = send(live, key, path="/audio/translations", enable_logging="false")
    assert_error(answer, 400, "unsupported_parameter", "enable_logging")
    assert provider.requests == []
    set_hints(endpoint, ["enable_logging"])
    assert send(live, key, path="/audio/translations", enable_logging="false").status_code == 200
    assert dict(provider.requests[0].form)["enable_logging"] == "false"


@pytest.mark.parametrize("text", ["0.20000000298023224", "0.30000000000000004", "1e-05", "1E-7"])
def test_numbers_arrive_as_the_same_float(live, key, lab, provider, text):
    make_transcription_model(lab)
    assert send(live, key, temperature=text).status_code == 200
    assert send_json(live, key, temperature=float(text)).status_code == 200
    assert [float(dict(seen.form)["temperature"]) for seen in provider.requests] == [float(text)] * 2


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "0,2", "x"])
def test_what_is_no_number_is_refused(live, key, lab, provider, text):
    make_transcription_model(lab)
    assert_error(send(live, key, temperature=text), 400, "invalid_value", "temperature")
    assert provider.requests == []


@pytest.mark.parametrize(
    ("language", "sent"),
    [("jw", "jw"), ("javanese", "jw"), ("JV", "jw"), ("iw", "he"), ("In", "id"), ("auto", None), ("", None)],
)
def test_languages_arrive_as_whisper_spells_them(live, key, lab, provider, language, sent):
    make_transcription_model(lab)
    assert send(live, key, language=language).status_code == 200
    assert send_json(live, key, language=language).status_code == 200
    assert [dict(seen.form).get("language") for seen in provider.requests] == [sent, sent]


GRANULARITIES = {
    "brackets": [("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment")],
    "bare": [("timestamp_granularities", "word"), ("timestamp_granularities", "segment")],
    "numbers": [("timestamp_granularities[0]", "word"), ("timestamp_granularities[1]", "segment")],
    "json": [("timestamp_granularities", '["word", "segment"]')],
    "bracketed-json": [("timestamp_granularities[]", '["word", "segment"]')],
}


@pytest.mark.parametrize("pairs", GRANULARITIES.values(), ids=GRANULARITIES)
def test_lists_in_every_spelling_of_a_form(live, key, lab, provider, pairs):
    make_transcription_model(lab)
    name, values = pairs[0][0], [value for _, value in pairs]
    fields = dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else {name: values}
    found = send(live, key, response_format="verbose_json", **fields).json()
    assert (len(found["words"]), len(found["segments"])) == (len(TEXT.split()), 2)
    sent = [value for field, value in provider.requests[0].form if field == "timestamp_granularities[]"]
    assert sent == ["word", "segment"]


def test_words_inside_segments_divide_subtitles_of_chinese(live, key, lab, provider):
    make_transcription_model(lab)
    text = "今天天气很好，我们去公园。"
    spoken = ["今天", "天气", "很", "好", "我们", "去", "公园"]
    words = [{"word": word, "start": at * 1.5, "end": at * 1.5 + 1.5} for at, word in enumerate(spoken)]
    segment = {"id": 0, "start": 0, "end": 10.5, "text": text, "words": words}
    provider.script("whisper", scenarios.body(json.dumps({"text": text, "segments": [segment]}).encode()))
    found = send(live, key, response_format="verbose_json", timestamp_granularities="word").json()
    assert [word["word"] for word in found["words"]] == spoken
    cues = [
        block.split("\n")[2] for block in send(live, key, response_format="srt").text.strip().split("\n\n")
    ]
    assert (len(cues), "".join(cues)) == (2, text)


FIRST, SECOND = TEXT.split(". ")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", f"A: {FIRST}.\nB: {SECOND}"),
        (
            "srt",
            f"1\n00:00:00,000 --> 00:00:03,000\nA: {FIRST}.\n\n"
            f"2\n00:00:03,500 --> 00:00:06,000\nB: {SECOND}\n",
        ),
        (
            "vtt",
            f"WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nA: {FIRST}.\n\n"
            f"00:00:03.500 --> 00:00:06.000\nB: {SECOND}\n",
        ),
        ("json", [0, 1]),
        ("verbose_json", [0, 1]),
        ("diarized_json", ["A", "B"]),
    ],
)
def test_speakers_are_in_every_format(live, key, lab, form, expected):
    make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])
    answer = send(live, key, response_format=form, diarize="true")
    if isinstance(expected, str):
        assert answer.text == expected
    else:
        assert [segment["speaker"] for segment in answer.json()["segments"]] == expected


def test_a_silent_provider_is_replaced_by_the_next(live, key, lab, provider, monkeypatch):
    monkeypatch.setattr(targets, "FIRST_EVENT_SECONDS", 0.3 - SECONDS)
    model = make_transcription_model(lab, upstream="nothing")
    other = make_provider("other", provider.url)
    second = Endpoint.objects.create(model=model, provider=other, upstream_id="whisper", priority=1000)
    answer = send(live, key)
    assert (answer.status_code, answer.json()["text"]) == (200, TEXT)
    assert answer.headers["x-polyphony-provider"] == second.provider.name
    first, last = Attempt.objects.order_by("number")
    assert (first.outcome, last.outcome) == ("failed", "completed")
