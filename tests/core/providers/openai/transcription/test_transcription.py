"""Files go up as they are, transcripts come back in the words of the contract, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.errors import (
    InvalidRequest,
    PolyphonyError,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.events import Segment, Transcript, TranscriptDelta, TranscriptWord, TranscriptWords, Used
from core.contract.route import Secret, Target
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.providers.base import TranscriptionAdapter, TranslationAdapter
from core.providers.registry import adapter
from tests.fakes import scenarios, transcription
from tests.fakes.transcription import DURATION, TEXT, TOKENS, frame, streamed, transcript

pytestmark = pytest.mark.anyio

CANARY = "sk-canary-0123456789abcdef"
SOUND = bytes(range(256)) * 2000
OFFERED = {"response_formats": ["json", "verbose_json"], "stream": True, "words": True}


@pytest.fixture
def file(tmp_path) -> AudioFile:
    path = tmp_path / "audio"
    path.write_bytes(SOUND)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(SOUND), 6.0)


def target(provider, model: str = "whisper", **fields) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 0.3, **OFFERED, **fields.pop("options", {})}
    return Target(
        1, fields.pop("slug", "fake"), "Fake", "openai", provider.url, model,
        credential=Secret(lambda: CANARY), options=options, **fields,
    )  # fmt: skip


async def hear(where: Target, request) -> list:
    wire = adapter("openai")
    act = wire.translate if isinstance(request, TranslationRequest) else wire.transcribe
    async with aclosing(act(where, request)) as found:
        return [event async for event in found]


async def failure(where: Target, file: AudioFile, **fields) -> PolyphonyError:
    with pytest.raises(PolyphonyError) as caught:
        await hear(where, TranscriptionRequest("m", file, **fields))
    assert CANARY not in f"{caught.value!r}{caught.value.envelope()}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def asking(provider) -> dict:
    """What was sent beside the file, lists as lists."""
    found: dict = {}
    for name, text in provider.requests[-1].form:
        found[name] = [*found.get(name, []), text] if name.endswith("[]") else text
    return found


def test_having_the_method_is_the_capability():
    assert isinstance(adapter("openai"), TranscriptionAdapter)
    assert isinstance(adapter("openai"), TranslationAdapter)


async def test_the_file_arrives_as_it_is_under_a_name_of_its_kind(provider, file):
    found = await hear(target(provider), TranscriptionRequest("m", file))
    seen = provider.requests[0]
    assert [part for part in seen.parts if part[1]] == [("file", "audio.wav", SOUND)]
    assert (seen.path, seen.headers["authorization"]) == ("/v1/audio/transcriptions", f"Bearer {CANARY}")
    assert "transfer-encoding" not in seen.headers
    assert asking(provider) == {"model": "whisper", "response_format": "json"}
    assert found[:2] == [TranscriptDelta(TEXT), Transcript(TEXT)]
    assert found[2].usage.units() == {"audio_in.second": Decimal(6)}


async def test_every_wish_is_sent(provider, file):
    options = {"body": {"seed": 1, "model": "other"}, "hints": ["num_speakers"]}
    request = TranscriptionRequest(
        "m", file, language="pt", prompt="Names", temperature=0.0, format=TranscriptFormat.VERBOSE_JSON,
        words=True, diarize=True, speakers=2, tag_events=True, keyterms=("Ada", "Bob"),
        chunking={"type": "server_vad", "threshold": 0.5}, known_speakers=(("Ada", "data:,x"),),
        options={"fake": {"seed": 7, "file": "other", "list": [1, True]}, "elsewhere": {"x": 1}},
    )  # fmt: skip
    await hear(target(provider, options=options), request)
    assert asking(provider) == {
        "model": "whisper",
        "response_format": "verbose_json",
        "language": "pt",
        "prompt": "Names Ada, Bob",
        "temperature": "0.0",
        "timestamp_granularities[]": ["word", "segment"],
        "diarize": "true",
        "num_speakers": "2",
        "chunking_strategy[type]": "server_vad",
        "chunking_strategy[threshold]": "0.5",
        "known_speaker_names[]": ["Ada"],
        "known_speaker_references[]": ["data:,x"],
        "seed": "7",
        "list[]": ["1", "true"],
    }


async def test_fields_may_be_called_otherwise(provider, file):
    options = {"language_field": "languages[]", "keyterms_field": "keywords[]"}
    request = TranscriptionRequest("m", file, language="de", keyterms=("Ada", "Bob"))
    await hear(target(provider, options=options), request)
    assert asking(provider) == {
        "model": "whisper", "response_format": "json", "languages[]": ["de"], "keywords[]": ["Ada", "Bob"],
    }  # fmt: skip


async def test_a_router_is_told_the_options_of_its_own_providers(provider, file):
    request = TranscriptionRequest("m", file, options={"openai": {"x": 1}})
    await hear(target(provider, slug="openrouter"), request)
    assert asking(provider)["provider"] == '{"options":{"openai":{"x":1}}}'


async def test_an_option_cannot_break_out_of_its_header(provider, file):
    request = TranscriptionRequest("m", file, options={"fake": {'a"\r\nX-Evil: 1': "x"}})
    with pytest.raises(InvalidRequest):
        await hear(target(provider), request)
    assert provider.requests == []


@pytest.mark.parametrize(
    ("offered", "form", "asked"),
    [
        (["json", "verbose_json"], "verbose_json", "verbose_json"),
        (["json", "verbose_json"], "srt", "verbose_json"),
        (["json", "verbose_json"], "text", "json"),
        (["json", "text"], "verbose_json", "json"),
        (["json"], "vtt", "json"),
        (["json", "diarized_json"], "diarized_json", "diarized_json"),
        (["json", "diarized_json"], "srt", "diarized_json"),
        (["json", "diarized_json"], "text", "json"),
    ],
)
async def test_the_poorest_format_that_has_it_is_asked_for(provider, file, offered, form, asked):
    request = TranscriptionRequest("m", file, format=TranscriptFormat(form), diarize=form == "diarized_json")
    await hear(target(provider, options={"response_formats": offered}), request)
    assert asking(provider)["response_format"] == asked


async def test_segments_and_words_have_their_times(provider, file):
    request = TranscriptionRequest("m", file, format=TranscriptFormat.VERBOSE_JSON, words=True)
    _, first, second, words, whole, used = await hear(target(provider), request)
    assert first == Segment(0, 0.0, 3.0, " Ask not what your country can do for you.")
    assert second.id == 1
    assert words.words[0] == TranscriptWord("Ask", 0.0, 0.333)
    assert len(words.words) == len(TEXT.split())
    assert whole == Transcript(TEXT, "en", 6.0)
    assert type(used) is Used


async def test_speakers_are_letters(provider, file):
    where = target(provider, options={"response_formats": ["json", "diarized_json"]})
    request = TranscriptionRequest("m", file, format=TranscriptFormat.DIARIZED_JSON, diarize=True)
    segments = [event for event in await hear(where, request) if type(event) is Segment]
    assert [(segment.id, segment.speaker) for segment in segments] == [(0, "A"), (1, "B")]


@pytest.mark.parametrize(
    ("speaker", "letter"),
    [(0, "A"), ("1", "B"), ("speaker_0", "A"), ("SPEAKER_01", "B"), ("C", "C"), ("Ada", "Ada"), (True, None)],
)
async def test_speakers_however_they_are_called(provider, file, speaker, letter):
    value = {"text": "a", "segments": [{"start": 0, "end": 1, "text": "a", "speaker": speaker}]}
    provider.script("odd", scenarios.body(json.dumps(value).encode()))
    segment = (await hear(target(provider, "odd"), TranscriptionRequest("m", file)))[1]
    assert segment.speaker == letter


async def test_entries_that_are_nonsense_are_left_out(provider, file):
    value = {
        "text": "a b",
        "language": 7,
        "duration": "long",
        "segments": ["x", {"start": 1, "end": 0, "text": "a"}, {"start": 0, "end": 1, "text": None}, {}],
        "words": [{"word": "a", "start": -1, "end": 1}, {"word": "b", "start": 0, "end": 1, "confidence": 9}],
    }
    provider.script("odd", scenarios.body(json.dumps(value).encode()))
    found = await hear(target(provider, "odd"), TranscriptionRequest("m", file))
    assert found[1:-1] == [TranscriptWords((TranscriptWord("b", 0, 1),)), Transcript("a b")]


async def test_a_translation_goes_to_its_own_path(provider, file):
    request = TranslationRequest(
        "m", file, prompt="Names", temperature=0.5, format=TranscriptFormat.VERBOSE_JSON
    )
    found = await hear(target(provider), request)
    assert provider.requests[0].path == "/v1/audio/translations"
    assert asking(provider) == {
        "model": "whisper", "response_format": "verbose_json", "prompt": "Names", "temperature": "0.5",
    }  # fmt: skip
    assert [type(event) for event in found] == [TranscriptDelta, Segment, Segment, Transcript, Used]


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
    assert asking(provider)["stream"] == "true"


async def test_a_model_that_cannot_stream_is_not_asked_to(provider, file):
    await hear(target(provider, options={"stream": False}), TranscriptionRequest("m", file, streamed=True))
    assert "stream" not in asking(provider)


async def test_mistrals_event_names_are_understood(provider, file):
    frames = [
        frame({"type": "transcription.language", "audio_language": "en"}),
        frame({"type": "transcription.text.delta", "text": "Hi"}),
        frame({"type": "transcription.segment", "text": "Hi", "start": 0, "end": 1}),
        frame({"type": "transcription.segment", "text": " ho", "start": 1, "end": 2}),
        frame({"type": "transcription.done", "text": "Hi", "usage": {"prompt_audio_seconds": 3}}),
    ]
    provider.script("mistral", scenarios.events(frames))
    found = await hear(target(provider, "mistral"), TranscriptionRequest("m", file, streamed=True))
    segments = [Segment(0, 0.0, 1.0, "Hi"), Segment(1, 1.0, 2.0, " ho")]
    assert found[:4] == [TranscriptDelta("Hi"), *segments, Transcript("Hi")]
    assert found[4].usage.units() == {"audio_in.second": Decimal(3)}


@pytest.mark.parametrize("end", [b"data: [DONE]\n\n", frame({"type": "transcript.text.done"})])
async def test_either_end_of_a_stream_will_do(provider, file, end):
    frames = [frame({"type": "transcript.text.delta", "delta": "Ask"}), end]
    provider.script("ends", scenarios.events(frames, slice_size=3))
    found = await hear(target(provider, "ends"), TranscriptionRequest("m", file, streamed=True))
    assert found[:2] == [TranscriptDelta("Ask"), Transcript("Ask")]


@pytest.mark.parametrize(
    ("usage", "units", "estimated"),
    [
        (DURATION, {"audio_in.second": 6}, False),
        (
            TOKENS,
            {"audio_in.second": 6, "text_in.token": 0, "audio_in.token": 60, "text_out.token": 20},
            False,
        ),
        (
            {"input_tokens": 37, "output_tokens": 12, "seconds": 4},
            {"audio_in.second": 4, "text_in.token": 0, "audio_in.token": 37, "text_out.token": 12},
            False,
        ),
        (None, {"audio_in.second": 6}, False),
        ({"type": "duration", "seconds": float("1e30")}, {"audio_in.second": 6}, False),
        ({"input_tokens": -1, "output_tokens": 10**18}, {"audio_in.second": 6}, True),
        ({"input_tokens": "7", "output_tokens": 1.5}, {"audio_in.second": 6}, True),
    ],
)
async def test_usage_is_the_providers_where_it_can_be(provider, file, usage, units, estimated):
    provider.script("counts", transcript(usage))
    used = (await hear(target(provider, "counts"), TranscriptionRequest("m", file)))[-1].usage
    assert (used.units(), used.estimated, used.reported_cost) == (units, estimated, None)


async def test_a_routers_cost_is_believed_and_nobody_elses(provider, file):
    provider.script("counts", transcript({**TOKENS, "cost": 0.00010625}))
    request = TranscriptionRequest("m", file)
    told = (await hear(target(provider, "counts", slug="openrouter"), request))[-1].usage
    assert told.reported_cost == Decimal("0.00010625")
    assert (await hear(target(provider, "counts"), request))[-1].usage.reported_cost is None


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("denied", UpstreamDenied),
        ("limited", UpstreamLimited),
        ("failing", UpstreamFailed),
        ("garbage", UpstreamInvalid),
        ("error-in-200", UpstreamFailed),
        ("hang-up", UpstreamUnreachable),
        ("redirect", UpstreamInvalid),
    ],
)
async def test_failures_are_the_trees(provider, file, model, error):
    assert type(await failure(target(provider, model), file)) is error
    assert provider.canary_hits == 0


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


async def test_a_file_that_is_gone_is_an_error_of_the_tree(provider, file, tmp_path):
    (tmp_path / "audio").unlink()
    assert isinstance(await failure(target(provider), file), UpstreamUnreachable)
