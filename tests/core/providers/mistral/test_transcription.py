"""Transcription by Mistral: what is sent, whole answers and events, words that are called segments."""

from __future__ import annotations

import json

import pytest

from core.contract.events import (
    AnswerMetadata,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.tasks import Task
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from tests.core.providers.mistral.calls import of, send, target
from tests.core.providers.openai.speech.test_recorded_answers import recorded, replay
from tests.core.providers.openai.transcription.test_recorded_answers import NAME, sent
from tests.core.providers.promises.files import AUDIO, audio_file
from tests.fakes import mistral as fake

pytestmark = pytest.mark.anyio

SEGMENTS = [
    Segment(0, 0.0, 2.5, "Ask not what.", "A"),
    Segment(1, 3.5, 5.6, "Ask what you can do.", "B"),
]
TAPE = NAME.format("mistral_voxtral-mini-latest_can_transcribe_audio")


def request(folder, **fields) -> TranscriptionRequest:
    return TranscriptionRequest("m", audio_file(folder), **fields)


async def test_what_is_asked_is_sent_in_mistral_s_names(vendor, tmp_path):
    sample = "data:audio/wav;base64,UklGRg=="
    asked = request(
        tmp_path, diarize=True, temperature=0.2, keyterms=("Chat GPT", "Voxtral,", " "), streamed=True,
        known_speakers=(("Ann", sample),), options={"mistral": {"file_url": "https://x.test/a.wav"}},
    )  # fmt: skip
    await send(target(vendor, "voxtral-mini-2602"), asked)
    (seen,) = vendor.requests
    assert seen.form == [
        ("temperature", "0.2"), ("diarize", "true"), ("context_bias", "Chat_GPT"),
        ("context_bias", "Voxtral"), ("speaker_references", '{"Ann":"UklGRg=="}'),
        ("timestamp_granularities", "segment"), ("stream", "true"), ("model", "voxtral-mini-2602"),
    ]  # fmt: skip
    assert [part for part in seen.parts if part[1]] == [("file", "audio.wav", AUDIO)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"language": "de"}),
        ({"words": True}, {"timestamp_granularities": "word"}),
        ({"segments": True}, {"timestamp_granularities": "segment"}),
        ({"format": TranscriptFormat.SRT}, {"timestamp_granularities": "segment"}),
        ({"format": TranscriptFormat.TEXT}, {"language": "de"}),
    ],
)
async def test_a_language_is_told_where_no_times_are_needed(vendor, tmp_path, fields, expected):
    await send(target(vendor, "m"), request(tmp_path, language="de", **fields))
    assert dict(vendor.requests[0].form) == {"model": "m", **expected}


async def test_a_whole_answer_has_segments_with_speakers_and_the_seconds_that_are_charged(vendor, tmp_path):
    events = await send(target(vendor), request(tmp_path, diarize=True))
    assert events[:-1] == [
        AnswerMetadata(fake.ID), TranscriptDelta(fake.TEXT), *SEGMENTS, Transcript(fake.TEXT),
    ]  # fmt: skip
    assert events[-1].usage.units()["audio_in.second"] == fake.DURATION


@pytest.mark.parametrize("streamed", [False, True])
async def test_words_make_segments(vendor, tmp_path, streamed):
    events = await send(target(vendor), request(tmp_path, diarize=True, words=True, streamed=streamed))
    found = [word for each in of(TranscriptWords, events) for word in each.words]
    assert [word.word for word in found] == fake.TEXT.split()
    assert found[0] == TranscriptWord("Ask", 0.0, 0.83, speaker="A")
    assert found[-1].speaker == "B"
    assert of(Segment, events) == SEGMENTS
    assert len(of(TranscriptWords, events)) == (len(found) if streamed else 1)


async def test_passages_stay_segments_although_words_were_asked_for(provider, tmp_path):
    passage = {"text": " Ask not what.", "start": 0.0, "end": 2.5, "speaker_id": "speaker_4"}
    value = {"text": fake.TEXT, "language": "en", "segments": [passage], "usage": fake.TRANSCRIPT_USAGE}

    async def answer(exchange):
        await exchange.reply(200, json.dumps(value).encode())

    provider.script("m", answer)
    events = await send(target(provider, "m"), request(tmp_path, words=True))
    assert of(Segment, events) == [Segment(0, 0.0, 2.5, "Ask not what.", "A")]
    assert of(TranscriptWords, events) == []


async def test_events_bring_text_segments_and_the_language(vendor, tmp_path):
    events = await send(target(vendor), request(tmp_path, diarize=True, streamed=True))
    assert of(Segment, events) == SEGMENTS
    assert "".join(delta.text for delta in of(TranscriptDelta, events)).split() == fake.TEXT.split()
    assert [type(event) for event in events[-2:]] == [Transcript, Used]
    assert events[-2] == Transcript(fake.TEXT, "en")


async def test_a_model_without_events_is_not_asked_for_them(vendor, tmp_path):
    where = target(vendor, options={"stream": False})
    events = await send(where, request(tmp_path, streamed=True))
    assert "stream" not in dict(vendor.requests[0].form)
    assert events[-2] == Transcript(fake.TEXT)


@pytest.mark.recorded("mistral", Task.TRANSCRIPTION)
async def test_a_recorded_answer(provider, data, tmp_path):
    exchange, recording = recorded(data, TAPE)
    fields, sound = sent(exchange)
    (tmp_path / "ruby.wav").write_bytes(sound)
    provider.script(fields["model"], replay(exchange, recording))
    file = AudioFile(str(tmp_path / "ruby.wav"), "audio.wav", "audio/wav", len(sound), 3.7)
    events = await send(target(provider, fields["model"]), TranscriptionRequest("m", file))
    text = "Ruby is a programming language designed for developer happiness."
    assert events[:2] == [TranscriptDelta(text), Transcript(text)]
    assert events[2].usage.units()["audio_in.second"] == 3
    assert dict(provider.requests[0].form) == fields
