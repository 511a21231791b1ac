from __future__ import annotations

import base64
import json
from decimal import Decimal

import pytest

from core.contract.errors import Unsupported, UpstreamInvalid
from core.contract.events import (
    AnswerMetadata,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.ledger.estimates import audio_file
from tests.core.providers.gemini.calls import STREAM, WHOLE, failure, replies, send, streams, target
from tests.fakes import gemini

pytestmark = pytest.mark.anyio

AUDIO = b"RIFF-something"
ANSWERED = AnswerMetadata(gemini.ID)
USED = Used(
    Usage(
        tuple(
            Amount(kind, Unit.TOKEN, Decimal(count))
            for kind, count in ((Kind.TEXT_IN, 18), (Kind.AUDIO_IN, 192), (Kind.TEXT_OUT, 20))
        )
    )
)


@pytest.fixture
def file(tmp_path) -> AudioFile:
    path = tmp_path / "audio"
    path.write_bytes(AUDIO)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(AUDIO), 6.0)


def written(text: str):
    return gemini.chunk({"text": text}, finish="STOP", usage=gemini.TRANSCRIPT_USAGE)


def told(provider) -> str:
    return provider.requests[-1].json["contents"][0]["parts"][0]["text"]


async def test_a_model_is_told_in_words_what_to_do(provider, file):
    provider.script(WHOLE, replies(written("  A quick fox.\n")))
    request = TranscriptionRequest("m", file, language="en", prompt="About foxes.", keyterms=("Fox",))
    found = await send(target(provider, options={"thinking_budget": [0, 9]}), request)
    assert found == [
        ANSWERED,
        TranscriptDelta("A quick fox.\n"),
        Transcript("A quick fox.", None, 6.0),
        USED,
    ]
    prompt, audio = provider.requests[0].json["contents"][0]["parts"]
    assert audio == {"inlineData": {"mimeType": "audio/wav", "data": base64.b64encode(AUDIO).decode()}}
    assert prompt["text"].startswith("Transcribe the speech in this recording word for word")
    assert prompt["text"].endswith("It is spoken in English.\nThese words may occur: Fox.\nAbout foxes.")
    assert provider.requests[0].json["generationConfig"] == {
        "maxOutputTokens": 736,
        "thinkingConfig": {"thinkingBudget": 0},
    }


async def test_the_answer_and_the_words_are_within_what_is_reserved(provider, file):
    provider.script(WHOLE, replies(written("{}")))
    request = TranscriptionRequest("m", file, diarize=True, format=TranscriptFormat.DIARIZED_JSON)
    where = target(provider)
    await send(where, request)
    asked = provider.requests[0].json
    limit = asked["generationConfig"]["maxOutputTokens"]
    assert limit == audio_file.upper_bound(file, 0, where, audio_file.TRANSCRIPT_TOKENS)
    words = json.dumps([told(provider), asked["generationConfig"]["responseJsonSchema"]])
    bound = audio_file.upper_bound(file, 0, where, audio_file.PROMPT_TOKENS)
    assert len(words) / 3 < bound == 512


async def test_text_streams_as_it_is_written(provider, file):
    provider.script(STREAM, streams(*gemini.transcript_chunks()))
    found = await send(target(provider), TranscriptionRequest("m", file, streamed=True))
    assert found == [
        ANSWERED,
        TranscriptDelta("The quick brown"),
        TranscriptDelta(" fox jumps over the lazy dog."),
        Transcript(gemini.TEXT, None, 6.0),
        USED,
    ]


async def test_times_come_from_an_answer_in_json(provider, file):
    rows = [
        {"start": "00:00.000", "end": "00:02.500", "text": "Hello.", "speaker": "Speaker 1"},
        {"start": "00:02.5", "end": "0:06.9", "text": " Oh, hi. ", "speaker": "b"},
    ]
    provider.script(WHOLE, replies(written(json.dumps({"language": "en-US", "segments": rows}))))
    request = TranscriptionRequest("m", file, diarize=True, format=TranscriptFormat.DIARIZED_JSON)
    assert await send(target(provider), request) == [
        ANSWERED,
        TranscriptDelta("Hello. Oh, hi."),
        Segment(0, 0.0, 2.5, "Hello.", "A"),
        Segment(1, 2.5, 6.0, "Oh, hi.", "B"),
        Transcript("Hello. Oh, hi.", "en", 6.0),
        USED,
    ]
    config = provider.requests[0].json["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"]["properties"]["segments"]["items"]["required"] == [
        "start", "end", "text", "speaker",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "times",
    [
        [("00:03", "00:02")],
        [("00:03", "00:04"), ("00:01", "00:02")],
        [("00:00", "00:59")],
        [("soon", "later")],
        [("00:00", None)],
    ],
)
async def test_times_that_cannot_be_right_are_left_out(provider, file, times):
    rows = [{"start": start, "end": end, "text": "Hello."} for start, end in times]
    provider.script(WHOLE, replies(written(json.dumps({"language": "en", "segments": rows}))))
    found = await send(target(provider), TranscriptionRequest("m", file, segments=True))
    assert [type(event) for event in found] == [AnswerMetadata, TranscriptDelta, Transcript, Used]


async def test_a_timed_transcript_that_is_no_json_is_an_error(provider, file):
    provider.script(WHOLE, replies(written("Sure, here it is: Hello.")))
    error = await failure(target(provider), TranscriptionRequest("m", file, segments=True))
    assert type(error) is UpstreamInvalid
    assert error.usage == USED.usage


async def test_a_translation_is_asked_for_in_english(provider, file):
    provider.script(WHOLE, replies(written("Good day.")))
    found = await send(target(provider), TranslationRequest("m", file))
    assert found[1:3] == [TranscriptDelta("Good day."), Transcript("Good day.", None, 6.0)]
    assert told(provider).startswith("Translate the speech in this recording into English.")


NATIVE = {"native_transcription": True}


def turn(text: str, *words: tuple[str, str, str], **more):
    rows = [{"word": word, "startOffset": start, "endOffset": end} for word, start, end in words]
    return {"audioTranscription": {"text": text, "words": rows, **more}}


async def test_a_model_for_transcription_tells_words_and_speakers(provider, file):
    first = turn("Hello there.", ("Hello", "0.200s", "0.5s"), ("there.", "0.5s", "1s"), speakerLabel="1")
    second = turn("Hi.", ("Hi.", "1.5s", "2s"), speakerLabel="2", languageCode="en-US")
    chunks = (
        gemini.chunk(first),
        gemini.chunk(second, finish="STOP", usage=gemini.TRANSCRIPT_USAGE),
    )
    provider.script(STREAM, streams(*chunks))
    request = TranscriptionRequest(
        "m", file, language="en", diarize=True, words=True, streamed=True,
        format=TranscriptFormat.VERBOSE_JSON,
    )  # fmt: skip
    assert await send(target(provider, options=NATIVE), request) == [
        ANSWERED,
        TranscriptDelta("Hello there."),
        Segment(0, 0.2, 1.0, "Hello there.", "A"),
        TranscriptWords(
            (
                TranscriptWord("Hello", 0.2, 0.5, speaker="A"),
                TranscriptWord("there.", 0.5, 1.0, speaker="A"),
            )
        ),
        TranscriptDelta(" Hi."),
        Segment(1, 1.5, 2.0, "Hi.", "B"),
        TranscriptWords((TranscriptWord("Hi.", 1.5, 2.0, speaker="B"),)),
        Transcript("Hello there. Hi.", "en", 6.0),
        USED,
    ]
    asked = provider.requests[0].json
    assert [*asked["contents"][0]["parts"][0]] == ["inlineData"]
    assert asked["generationConfig"] == {
        "maxOutputTokens": 736,
        "audioTranscriptionConfig": {"languageCodes": ["en"], "wordTimestamp": True, "diarization": True},
    }


async def test_a_model_for_transcription_takes_words_to_listen_for(provider, file):
    provider.script(WHOLE, replies(written("Hello.")))
    where = target(provider, options=NATIVE)
    found = await send(where, TranscriptionRequest("m", file, keyterms=("Zug",)))
    assert found[1] == TranscriptDelta("Hello.")
    assert provider.requests[0].json["generationConfig"]["audioTranscriptionConfig"] == {
        "customVocabulary": ["Zug"]
    }
    error = await failure(where, TranscriptionRequest("m", file, keyterms=("Zug",), words=True))
    assert (type(error), error.param) == (Unsupported, "keyterms")
    assert type(await failure(where, TranslationRequest("m", file))) is Unsupported
