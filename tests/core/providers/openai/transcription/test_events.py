from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.errors import (
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.events import Segment, Transcript, TranscriptDelta, TranscriptWord, TranscriptWords, Used
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.providers.registry import adapter
from tests.core.providers.openai.transcription.calls import failure, form_fields, send, target
from tests.fakes import scenarios, transcription
from tests.fakes.transcription import MEASURES, TEXT, TOKENS, frame, streamed

pytestmark = pytest.mark.anyio


async def test_segments_and_words_have_their_times(provider, file):
    request = TranscriptionRequest("m", file, format=TranscriptFormat.VERBOSE_JSON, words=True)
    _, first, second, words, whole, used = await send(target(provider), request)
    assert first == Segment(0, 0.0, 3.0, " Ask not what your country can do for you.", measures=MEASURES)
    assert second.id == 1
    assert words.words[0] == TranscriptWord("Ask", 0.0, 0.333)
    assert len(words.words) == len(TEXT.split())
    assert whole == Transcript(TEXT, "en", 6.0)
    assert type(used) is Used


async def test_speakers_are_letters(provider, file):
    where = target(provider, options={"response_formats": ["json", "diarized_json"]})
    request = TranscriptionRequest("m", file, format=TranscriptFormat.DIARIZED_JSON, diarize=True)
    segments = [event for event in await send(where, request) if type(event) is Segment]
    assert [(segment.id, segment.speaker) for segment in segments] == [(0, "A"), (1, "B")]


@pytest.mark.parametrize(
    ("speaker", "letter"),
    [(0, "A"), ("1", "B"), ("speaker_0", "A"), ("SPEAKER_01", "B"), ("C", "C"), ("Ada", "Ada"), (True, None)],
)
async def test_speakers_however_they_are_called(provider, file, speaker, letter):
    value = {"text": "a", "segments": [{"start": 0, "end": 1, "text": "a", "speaker": speaker}]}
    provider.script("odd", scenarios.body(json.dumps(value).encode()))
    segment = (await send(target(provider, "odd"), TranscriptionRequest("m", file)))[1]
    assert segment.speaker == letter


async def test_entries_that_are_nonsense_are_left_out(provider, file):
    value = {
        "text": "a b",
        "language": 7,
        "duration": "long",
        "segments": ["x", {"start": 0, "end": 1, "text": None}, {}],
        "words": [{"word": " ", "start": 0, "end": 1}, {"word": "b", "start": 0, "end": 1, "confidence": 9}],
    }
    provider.script("odd", scenarios.body(json.dumps(value).encode()))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file))
    assert found[1:-1] == [TranscriptWords((TranscriptWord("b", 0, 1),)), Transcript("a b")]


SPOKEN = [{"word": " Hi", "start": 0, "end": 1, "probability": 0.5}, {"word": " ho,", "start": 1, "end": 2}]
HEARD = TranscriptWords((TranscriptWord("Hi", 0.0, 1.0, 0.5), TranscriptWord("ho,", 1.0, 2.0)))


async def test_words_inside_segments_are_found(provider, file):
    segments = [
        {"start": 0, "end": 2, "text": " Hi ho,", "words": SPOKEN},
        {"start": 3, "end": 5, "text": " you two", "words": [{"word": "you"}, {"word": "two"}]},
    ]
    body = json.dumps({"text": "Hi ho, you two", "words": [], "segments": segments}).encode()
    provider.script("odd", scenarios.body(body))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file, words=True))
    more = (TranscriptWord("you", 3.0, 4.0), TranscriptWord("two", 4.0, 5.0))
    assert found[1:4] == [
        Segment(0, 0.0, 2.0, " Hi ho,"),
        Segment(1, 3.0, 5.0, " you two"),
        TranscriptWords(HEARD.words + more),
    ]


async def test_words_inside_streamed_segments_are_found(provider, file):
    frames = [
        frame({"type": "transcript.text.segment", "text": "Hi ho,", "start": 0, "end": 2, "words": SPOKEN}),
        frame({"type": "transcript.text.segment", "text": "no time"}),
        frame({"type": "transcript.text.segment", "text": "late", "start": 1, "end": 3}),
        frame({"type": "transcript.text.done"}),
    ]
    provider.script("odd", scenarios.events(frames))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file, streamed=True))
    assert found[:-1] == [
        Segment(0, 0.0, 2.0, "Hi ho,"),
        HEARD,
        Segment(1, 2.0, 2.0, "no time"),
        Segment(2, 2.0, 3.0, "late"),
        TranscriptDelta("Hi ho, no time late"),
        Transcript("Hi ho, no time late"),
    ]


async def test_words_of_the_last_event_are_kept_beside_streamed_segments(provider, file):
    frames = [
        frame({"type": "transcript.text.delta", "delta": "Hi ho,"}),
        frame({"type": "transcript.text.segment", "text": "Hi ho,", "start": 0, "end": 2}),
        frame({"type": "transcript.text.done", "text": "", "words": SPOKEN}),
    ]
    provider.script("odd", scenarios.events(frames))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file, streamed=True))
    assert found[1:-1] == [Segment(0, 0.0, 2.0, "Hi ho,"), HEARD, Transcript("Hi ho,")]


@pytest.mark.parametrize(
    ("times", "mended"),
    [
        ([{"start": 0, "end": 2}, {}, {"start": 4, "end": 6}], [(0, 2), (2, 4), (4, 6)]),
        ([{"start": 0, "end": 2}, {"start": 4, "end": 2}, {"start": 4, "end": 6}], [(0, 2), (2, 4), (4, 6)]),
        ([{"start": -0.5, "end": 3}, {"start": 2}, {"start": 4, "end": 6}], [(0, 2), (2, 4), (4, 6)]),
        ([{"start": "0.00", "end": "2.00"}, {"end": 4}, {"start": 4}], [(0, 2), (2, 4), (4, 9)]),
        ([{"timestamp": [0, 2]}, {"timestamp": [2, 4]}, {"timestamp": [4, None]}], [(0, 2), (2, 4), (4, 9)]),
        (
            [{"start": 0, "end": 2}, {"start": 900, "end": 902}, {"start": 4, "end": 6}],
            [(0, 2), (2, 4), (4, 6)],
        ),
        ([{}, {}, {}], None),
    ],
)
@pytest.mark.parametrize("name", ["segments", "chunks"])
async def test_imperfect_times_cost_no_segment(provider, file, name, times, mended):
    given = [{"text": text, **time} for text, time in zip(["a", " b", " c"], times, strict=True)]
    provider.script("odd", scenarios.body(json.dumps({name: given, "duration": 9}).encode()))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file))
    segments = [(event.start, event.end) for event in found if type(event) is Segment]
    assert (found[0], found[-2]) == (TranscriptDelta("a b c"), Transcript("a b c", None, 9.0))
    assert segments == (mended or [])


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "last", [{"timestamp": [2, None]}, {"start": 2, "end": None}, {"start": 2, "end": 1e12}]
)
async def test_the_last_segment_ends_with_the_file_where_nothing_else_is_told(provider, file, last, streamed):
    given = {"text": "Hi ho", "segments": [{"text": "Hi", "start": 0, "end": 2}, {"text": " ho", **last}]}
    whole, done = json.dumps(given).encode(), frame({"type": "transcript.text.done", **given})
    provider.script("odd", scenarios.events([done]) if streamed else scenarios.body(whole))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file, streamed=streamed))
    assert [(event.start, event.end) for event in found if type(event) is Segment] == [(0, 2), (2, 6)]


@pytest.mark.parametrize(
    ("told", "measures"),
    [
        (MEASURES, MEASURES),
        ({}, {}),
        ({"avg_logprob": "low", "no_speech_prob": True, "tokens": [1.5], "seek": 7}, {"seek": 7}),
        ({"tokens": None, "temperature": 0, "surprise": 1}, {"temperature": 0}),
    ],
)
async def test_measures_are_those_that_the_provider_has(provider, file, told, measures):
    segment = {"id": 0, "start": 0, "end": 1, "text": "Hi", **told}
    provider.script("whisper", scenarios.body(json.dumps({"text": "Hi", "segments": [segment]}).encode()))
    found = await send(target(provider, "whisper"), TranscriptionRequest("m", file))
    assert [event.measures for event in found if type(event) is Segment] == [measures]


async def test_a_number_that_is_none_costs_no_words(provider, file):
    body = (
        b'{"text": "Hi ho", "duration": Infinity, '
        b'"words": [{"word": "Hi", "start": 0, "end": 1, "confidence": NaN}],'
        b'"segments": [{"start": 0, "end": 2, "text": "Hi ho", "avg_logprob": NaN, "x": -Infinity}]}'
    )
    provider.script("odd", scenarios.body(body))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file))
    assert found[:-1] == [
        TranscriptDelta("Hi ho"),
        Segment(0, 0.0, 2.0, "Hi ho", measures={"avg_logprob": None}),
        TranscriptWords((TranscriptWord("Hi", 0.0, 1.0),)),
        Transcript("Hi ho"),
    ]


async def test_a_number_that_is_none_costs_no_chunk(provider, file):
    chunks = [
        b'data: {"type":"transcript.text.delta","delta":"Hi",'
        b'"logprobs":[{"token":"Hi","logprob":-Infinity}]}\n\n',
        b'data: {"type":"transcript.text.done","text":"Hi","seconds":NaN}\n\n',
    ]
    provider.script("odd", scenarios.events(chunks))
    found = await send(target(provider, "odd"), TranscriptionRequest("m", file, streamed=True, logprobs=True))
    assert found[:2] == [TranscriptDelta("Hi", ({"token": "Hi", "logprob": None},)), Transcript("Hi")]


async def test_deltas_are_handed_on_as_they_come(provider, file):
    gate, loop = asyncio.Event(), asyncio.get_running_loop()

    async def waits(exchange):
        await exchange.head(content_type="text/event-stream")
        await exchange.chunk(frame({"type": "transcript.text.delta", "delta": "Ask"}))
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gate.wait(), loop))
        await exchange.chunk(frame({"type": "transcript.text.done", "text": "Ask", "usage": TOKENS}))
        await exchange.end()

    provider.script("waits", waits)
    request = TranscriptionRequest("m", file, streamed=True)
    async with aclosing(adapter("openai").transcribe(target(provider, "waits"), request)) as found:
        assert await anext(found) == TranscriptDelta("Ask")
        gate.set()
        assert await anext(found) == Transcript("Ask")
        assert (await anext(found)).usage.units()["text_out.token"] == 20
    assert form_fields(provider)["stream"] == "true"


async def test_mistrals_event_names_are_understood(provider, file):
    frames = [
        frame({"type": "transcription.language", "audio_language": "en"}),
        frame({"type": "transcription.text.delta", "text": "Hi"}),
        frame({"type": "transcription.segment", "text": "Hi", "start": 0, "end": 1}),
        frame({"type": "transcription.segment", "text": " ho", "start": 1, "end": 2}),
        frame({"type": "transcription.done", "text": "Hi", "usage": {"prompt_audio_seconds": 3}}),
    ]
    provider.script("mistral", scenarios.events(frames))
    found = await send(target(provider, "mistral"), TranscriptionRequest("m", file, streamed=True))
    segments = [Segment(0, 0.0, 1.0, "Hi"), Segment(1, 1.0, 2.0, " ho")]
    assert found[:4] == [TranscriptDelta("Hi"), *segments, Transcript("Hi", "en")]
    assert found[4].usage.units() == {"audio_in.second": Decimal(3)}


@pytest.mark.parametrize("end", [b"data: [DONE]\n\n", frame({"type": "transcript.text.done"})])
async def test_either_end_of_a_stream_will_do(provider, file, end):
    frames = [frame({"type": "transcript.text.delta", "delta": "Ask"}), end]
    provider.script("ends", scenarios.events(frames, slice_size=3))
    found = await send(target(provider, "ends"), TranscriptionRequest("m", file, streamed=True))
    assert found[:2] == [TranscriptDelta("Ask"), Transcript("Ask")]


@pytest.mark.parametrize(
    "answer", [b"[]", b'"text"', b"{}", b'{"text": null}', b'{"text": 7}', b"<html>", b"Just text.", b""]
)
async def test_an_answer_without_a_transcript_is_invalid(provider, file, answer):
    provider.script("odd", scenarios.body(answer))
    assert type(await failure(target(provider, "odd"), file)) is UpstreamInvalid


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ("drop", UpstreamUnreachable),
        ("reset", UpstreamUnreachable),
        ("error", UpstreamFailed),
        ("silence", UpstreamTimeout),
    ],
)
async def test_a_stream_that_breaks_is_no_transcript(provider, file, then, error):
    provider.script("breaks", streamed(TOKENS, then=then, count=3))
    assert type(await failure(target(provider, "breaks"), file, streamed=True)) is error


async def test_a_stream_that_just_ends_was_cut(provider, file):
    provider.script("ends", scenarios.events(transcription.deltas()[:3]))
    error = await failure(target(provider, "ends"), file, streamed=True)
    assert (type(error), error.provider_code) == (UpstreamInvalid, "upstream_truncated")


async def test_leaving_early_leaves_the_provider(provider, file):
    request = TranscriptionRequest("m", file, streamed=True)
    async with aclosing(adapter("openai").transcribe(target(provider, "heard-slowly"), request)) as found:
        await anext(found)
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)
