from __future__ import annotations

import json
from decimal import Decimal

import pytest

from core.contract.errors import InvalidRequest
from core.contract.events import (
    AnswerMetadata,
    Segment,
    TimedCharacter,
    Transcript,
    TranscriptDelta,
    TranscriptWords,
    Used,
)
from core.contract.transcription import TranscriptionRequest
from core.contract.usage import Amount, Kind, Price, Unit, Usage
from core.providers.shared.answers.word_segments import Entry, segments_of
from tests.core.providers.elevenlabs.calls import of, send, target
from tests.core.providers.promises.files import AUDIO, audio_file
from tests.fakes import elevenlabs as fake
from tests.fakes.scenarios import body

pytestmark = pytest.mark.anyio


async def test_a_transcript_has_speakers_segments_words_and_the_seconds_that_are_charged(vendor, tmp_path):
    request = TranscriptionRequest("m", audio_file(tmp_path), diarize=True, words=True)
    events = await send(target(vendor, "scribe_v2"), request)
    assert events[0:2] == [AnswerMetadata("tr-Fake123"), TranscriptDelta(fake.TEXT)]
    assert of(Segment, events) == [
        Segment(0, 0.0, 1.5, "Ask not. (laughter)", "A"),
        Segment(1, 3.0, 5.6, "Ask what you can do.", "B"),
    ]
    (words,) = of(TranscriptWords, events)
    assert [word.word for word in words.words] == ["Ask", "not.", "Ask", "what", "you", "can", "do."]
    assert (words.words[0].speaker, words.words[0].confidence) == ("A", 0.7788)
    assert events[-2:] == [
        Transcript(fake.TEXT, "en", 6.0),
        Used(Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal("6.000")),))),
    ]


async def test_the_form_has_the_vendor_s_names(vendor, tmp_path):
    request = TranscriptionRequest(
        "m", audio_file(tmp_path), language="de", diarize=True, speakers=2, tag_events=False, logging=False,
        temperature=0.5, keyterms=("Zürich", "Aare"),
        options={"elevenlabs": {"no_verbatim": True, "entity_detection": ["pii", "phi"], "webhook": True,
                                "source_url": "https://example.com/a.mp3", "additional": {"a": 1}}},
    )  # fmt: skip
    await send(target(vendor, "scribe_v2"), request)
    (seen,) = vendor.requests
    assert seen.path == "/v1/speech-to-text?enable_logging=false"
    assert seen.form == [
        ("timestamps_granularity", "word"),
        ("no_verbatim", "true"),
        ("entity_detection", "pii"),
        ("entity_detection", "phi"),
        ("additional", '{"a":1}'),
        ("model_id", "scribe_v2"),
        ("language_code", "de"),
        ("diarize", "true"),
        ("num_speakers", "2"),
        ("tag_audio_events", "false"),
        ("temperature", "0.5"),
        ("keyterms", "Zürich"),
        ("keyterms", "Aare"),
    ]
    assert [part for part in seen.parts if part[1]] == [("file", "audio.wav", AUDIO)]


async def test_characters_have_times_where_they_are_asked_for(vendor, tmp_path):
    request = TranscriptionRequest("m", audio_file(tmp_path), words=True, characters=True)
    events = await send(target(vendor, "scribe_v2"), request)
    assert ("timestamps_granularity", "character") in vendor.requests[0].form
    (words,) = of(TranscriptWords, events)
    assert words.words[1].characters == (
        TimedCharacter("n", 0.5, 0.625),
        TimedCharacter("o", 0.625, 0.75),
        TimedCharacter("t", 0.75, 0.875),
        TimedCharacter(".", 0.875, 1.0),
    )


async def test_each_channel_is_a_speaker_and_charged_by_itself(vendor, tmp_path):
    channel = {
        "language_code": "rus",
        "text": "Да.",
        "words": [{"text": "Да.", "type": "word", "start": 1, "end": 2}],
    }
    other = {
        "language_code": "rus",
        "text": "Нет.",
        "words": [{"text": "Нет.", "type": "word", "start": 0, "end": 1}],
    }
    answer = {"transcripts": [channel, other], "audio_duration_secs": 2.5}
    vendor.script("speech-to-text", body(json.dumps(answer).encode()))
    events = await send(target(vendor, "scribe_v2"), TranscriptionRequest("m", audio_file(tmp_path)))
    assert of(Segment, events) == [Segment(0, 0.0, 1.0, "Нет.", "B"), Segment(1, 1.0, 2.0, "Да.", "A")]
    assert of(Transcript, events) == [Transcript("Да.\nНет.", "ru", 2.5)]
    assert events[-1].usage.units() == {"audio_in.second": Decimal("5.000")}


@pytest.mark.parametrize("odd", [7, [7], [{"text": 7}], [{"text": "a", "start": "x", "characters": [7, {}]}]])
async def test_words_that_cannot_be_read_are_left_out(vendor, tmp_path, odd):
    vendor.script("speech-to-text", body(json.dumps({"text": "a", "words": odd}).encode()))
    events = await send(target(vendor, "scribe_v2"), TranscriptionRequest("m", audio_file(tmp_path)))
    assert [type(event) for event in events] == [TranscriptDelta, Transcript, Used]


def entry(text: str, start: float, end: float, speaker: str | None = None) -> Entry:
    return Entry(text, "word", start, end, speaker)


def test_a_pause_a_speaker_and_the_end_of_a_sentence_after_a_while_begin_a_segment():
    entries = [
        entry("One", 0, 1), entry("two.", 1, 2), entry("Three", 3, 4), entry("four", 4, 5, "B"),
        entry("five.", 5, 36, "B"), entry("Six", 36, 37, "B"),
    ]  # fmt: skip
    assert [segment.text for segment in segments_of(entries)] == ["One two.", "Three", "four five.", "Six"]


@pytest.mark.parametrize(
    "field", ["keyterms", "entity_detection", "entity_redaction", "detect_speaker_roles"]
)
async def test_what_costs_extra_needs_a_price(vendor, tmp_path, field):
    second = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.0000611"))
    extra = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.00001"), {field: True, "surcharge": True})
    request = TranscriptionRequest("m", audio_file(tmp_path), options={"elevenlabs": {field: ["pii"]}})
    with pytest.raises(InvalidRequest, match=f'charges extra for {field}, .* {{"{field}": true') as caught:
        await send(target(vendor, "scribe_v2", prices=(second,)), request)
    assert (caught.value.param, vendor.requests) == (field, [])
    assert await send(target(vendor, "scribe_v2", prices=(second, extra)), request)
    plain = TranscriptionRequest("m", audio_file(tmp_path), options={"elevenlabs": {field: None}})
    assert await send(target(vendor, "scribe_v2", prices=(second,)), plain)
