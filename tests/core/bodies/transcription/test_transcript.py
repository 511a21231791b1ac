"""A finished transcript in every response format."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.bodies.transcription.collector import FinishedTranscript
from core.bodies.transcription.transcript import MEDIA_TYPES, render_transcript, transcript_usage
from core.contract.events import (
    Outcome,
    Receipt,
    Segment,
    Transcript,
    TranscriptWords,
)
from core.contract.transcription import TranscriptFormat
from core.contract.translation import TranslationRequest
from core.contract.usage import Amount, Basis, Kind, Unit
from tests.core.bodies.transcription.transcripts import EVENTS, FILE, SEGMENTS, TEXT, WORDS, ask, collected


def receipt(*amounts: Amount, cost: Decimal | None = Decimal("0.0006")) -> Receipt:
    return Receipt("gen-1", Outcome.COMPLETED, "m", "lab", amounts, cost, Basis.COMPUTED, 1, 2)


def test_aligned_words_say_so():
    transcript = collected([TranscriptWords(WORDS, aligned=True), Transcript(TEXT)], ask())
    assert render_transcript(transcript, ask("verbose_json", words=True))["words_aligned"] is True


def test_text_and_json():
    transcript = collected(EVENTS, ask())
    assert render_transcript(transcript, ask("text")) == TEXT
    assert render_transcript(transcript, ask("json")) == {"text": TEXT}
    assert render_transcript(transcript, ask("json", words=True))["words"][0]["start"] == 0.0


def test_words_take_the_speakers_of_segments_and_segments_those_of_words():
    plain = tuple(replace(word, speaker=None) for word in WORDS)
    segments = tuple(replace(segment, speaker=None) for segment in SEGMENTS)
    request = ask("verbose_json", words=True, segments=True, diarize=True)
    for transcript in (
        FinishedTranscript(TEXT, "en", 6.0, SEGMENTS, plain),
        FinishedTranscript(TEXT, "en", 6.0, segments, WORDS),
    ):
        found = render_transcript(transcript, request)
        assert [segment["speaker_label"] for segment in found["segments"]] == ["A", "B"]
        assert [word["speaker_label"] for word in found["words"]] == ["A", "A", "B", "B"]
        assert render_transcript(transcript, ask("text", diarize=True)) == "A: Ask not.\nB: Ask what."


def test_a_turn_is_one_line_of_text():
    segments = tuple(
        Segment(at, at, at + 1.0, text, speaker)
        for at, (text, speaker) in enumerate(
            [("你好。", "A"), ("再见。", "A"), ("Bye.", "B"), ("Now.", None)]
        )
    )
    transcript = FinishedTranscript("你好。再见。Bye. Now.", "zh", 6.0, segments)
    assert render_transcript(transcript, ask("text", diarize=True)) == "A: 你好。再见。\nB: Bye.\nNow."
    assert render_transcript(transcript, ask("text")) == transcript.text


def test_speakers_that_nobody_told_are_not_invented():
    transcript = FinishedTranscript(TEXT, "en", 6.0)
    assert render_transcript(transcript, ask("text", diarize=True)) == TEXT
    assert render_transcript(transcript, ask("json", diarize=True)) == {"text": TEXT, "segments": []}


def test_subrip():
    assert render_transcript(collected(EVENTS, ask()), ask("srt")) == (
        "1\n00:00:00,000 --> 00:00:01,500\nA: Ask not.\n\n2\n00:00:02,500 --> 00:00:04,000\nB: Ask what.\n"
    )


def test_webvtt_escapes_what_would_be_markup():
    transcript = FinishedTranscript("a <b> & c --> d", seconds=3725.25)
    assert render_transcript(transcript, ask("vtt")) == (
        "WEBVTT\n\n00:00:00.000 --> 01:02:05.250\na &lt;b&gt; &amp; c --&gt; d\n"
    )


@pytest.mark.parametrize(("form", "empty"), [("srt", ""), ("vtt", "WEBVTT\n"), ("text", "")])
def test_an_empty_transcript_has_no_cue(form, empty):
    assert render_transcript(FinishedTranscript("", seconds=3.0), ask(form)) == empty


def test_verbose_json_names_the_language_and_makes_no_measures_up():
    assert render_transcript(collected(EVENTS, ask()), ask("verbose_json")) == {
        "task": "transcribe",
        "language": "english",
        "duration": 6.0,
        "text": TEXT,
        "segments": [
            {
                "id": at,
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                "speaker": at,
                "speaker_label": "AB"[at],
            }
            for at, segment in enumerate(SEGMENTS)
        ],
    }


def test_verbose_json_has_the_measures_of_the_provider():
    segment = Segment(0, 0.0, 1.0, "hi", measures={"tokens": [50364, 400], "avg_logprob": -0.2})
    found = render_transcript(FinishedTranscript("hi", segments=(segment,)), ask("verbose_json"))
    assert found["segments"] == [
        {"id": 0, "start": 0.0, "end": 1.0, "text": "hi", "tokens": [50364, 400], "avg_logprob": -0.2}
    ]


def test_verbose_json_of_words_alone_has_no_segments():
    found = render_transcript(collected(EVENTS, ask()), ask("verbose_json", words=True))
    assert found["words"][0] == {
        "word": "Ask", "start": 0.0, "end": 0.5, "speaker": 0, "speaker_label": "A", "confidence": 0.9,
    }  # fmt: skip
    assert "segments" not in found


def test_verbose_json_of_words_and_segments_has_both():
    found = render_transcript(collected(EVENTS, ask()), ask("verbose_json", words=True, segments=True))
    assert (len(found["words"]), len(found["segments"])) == (4, 2)


def test_verbose_json_leaves_out_unknown_fields():
    assert render_transcript(FinishedTranscript("hi"), ask("verbose_json", segments=True)) == {
        "task": "transcribe", "text": "hi", "segments": []
    }  # fmt: skip


def test_segments_are_put_together_from_words_where_a_provider_has_none():
    found = render_transcript(FinishedTranscript(TEXT, "en", 6.0, (), WORDS), ask("verbose_json"))
    told = [(segment["start"], segment["end"], segment["text"]) for segment in found["segments"]]
    assert told == [(0.0, 1.5, "Ask not."), (2.5, 4.0, "Ask what.")]


def test_a_verbose_translation_says_so():
    request = TranslationRequest("m", FILE, format=TranscriptFormat.VERBOSE_JSON)
    found = render_transcript(collected([Transcript("hello")], request), request)
    assert (found["task"], found["language"]) == ("translate", "english")


def test_diarized_json_names_speakers_by_letters():
    assert render_transcript(collected(EVENTS, ask()), ask("diarized_json")) == {
        "task": "transcribe",
        "duration": 6.0,
        "text": TEXT,
        "segments": [
            {
                "type": "transcript.text.segment",
                "id": f"seg_{at}",
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                "speaker": "AB"[at],
            }
            for at, segment in enumerate(SEGMENTS)
        ],
    }


def test_usage_by_duration():
    seconds = Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(6))
    assert transcript_usage(receipt(seconds)) == {
        "type": "duration",
        "seconds": 6.0,
        "input_tokens": 0,
        "output_tokens": 0,
        "total_tokens": 0,
        "input_token_details": {"text_tokens": 0, "audio_tokens": 0},
        "cost": Decimal("0.0006"),
    }


def test_usage_by_tokens():
    amounts = (
        Amount(Kind.AUDIO_IN, Unit.TOKEN, Decimal(60)),
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(3)),
        Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(20)),
    )
    assert transcript_usage(receipt(*amounts, cost=None), 6.0) == {
        "type": "tokens",
        "seconds": 6.0,
        "input_tokens": 63,
        "output_tokens": 20,
        "total_tokens": 83,
        "input_token_details": {"text_tokens": 3, "audio_tokens": 60},
        "cost": None,
    }


def test_text_and_subtitles_are_plain_text():
    plain = {form for form, media_type in MEDIA_TYPES.items() if media_type.startswith("text/plain")}
    assert plain == {TranscriptFormat.TEXT, TranscriptFormat.SRT, TranscriptFormat.VTT}
