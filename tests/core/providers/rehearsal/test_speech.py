from __future__ import annotations

import asyncio
from array import array
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import (
    PolyphonyError,
    Unsupported,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamUnreachable,
)
from core.contract.events import AudioChunk, AudioStart, Event, SpeechWords, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.base import SpeechAdapter
from core.providers.registry import adapter


def target(model: str = "rehearsal", form: AudioFormat = AudioFormat.PCM, **options: object) -> Target:
    return Target(
        endpoint_id=1,
        provider="rehearsal",
        provider_name="Rehearsal",
        wire="rehearsal",
        base_url="",
        model=model,
        format=form,
        options=options,
    )


async def speak(to: Target, text: str = "Hello big world", events: list[Event] | None = None) -> list[Event]:
    found = events if events is not None else []
    request = SpeechRequest(model="local/rehearsal", text=text)
    async with aclosing(adapter("rehearsal").speak(to, request)) as stream:
        async for event in stream:
            found.append(event)
    return found


def test_the_adapter_serves_speech():
    assert isinstance(adapter("rehearsal"), SpeechAdapter)


@pytest.mark.anyio
async def test_same_text_gives_the_same_events():
    first, second = await speak(target()), await speak(target())

    assert first == second
    assert [type(event) for event in first] == [AudioStart, *[SpeechWords, AudioChunk] * 3, Used]


@pytest.mark.anyio
async def test_words_and_usage_match_the_audio():
    events = await speak(target())

    words = [word for event in events if isinstance(event, SpeechWords) for word in event.words]
    audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    assert [(w.word, w.start, w.end) for w in words] == [
        ("Hello", 0.0, 0.3),
        ("big", 0.34, 0.52),
        ("world", 0.56, 0.86),
    ]
    assert len(audio) == 0.9 * 48_000
    assert max(array("h", audio)) > 7000
    assert events[-1] == Used(
        Usage(
            (
                Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(15)),
                Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal("0.9")),
            )
        )
    )


@pytest.mark.anyio
async def test_wav_starts_with_a_header_of_unknown_length():
    events = await speak(target(form=AudioFormat.WAV))

    assert events[:2] == [AudioStart(AudioFormat.WAV, 24_000, 1), AudioChunk(wav_header(PcmShape()))]


@pytest.mark.anyio
async def test_text_without_spaces_is_cut_into_groups():
    events = await speak(target(), "字" * 30)

    assert [len(event.words[0].word) for event in events if isinstance(event, SpeechWords)] == [12, 12, 6]


@pytest.mark.anyio
async def test_other_formats_are_refused():
    with pytest.raises(Unsupported):
        await speak(target(form=AudioFormat.MP3))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("429", UpstreamLimited),
        ("500", UpstreamFailed),
        ("auth", UpstreamDenied),
        ("refused", UpstreamRefused),
    ],
)
async def test_failures_come_before_any_event(scenario: str, error: type[PolyphonyError]):
    for failing in (target(f"rehearsal-{scenario}"), target(fail=scenario)):
        events: list[Event] = []
        with pytest.raises(error):
            await speak(failing, events=events)
        assert events == []


@pytest.mark.anyio
async def test_a_rate_limit_has_a_retry_after():
    with pytest.raises(UpstreamLimited) as limited:
        await speak(target("rehearsal-429"))

    assert limited.value.retry_after == 1.0


@pytest.mark.anyio
@pytest.mark.parametrize(("options", "chunks"), [({}, 3), ({"cut_after": 1}, 1), ({"cut_after": 9}, 3)])
async def test_cut_stream_ends_without_usage(options: dict[str, int], chunks: int):
    events: list[Event] = []
    with pytest.raises(UpstreamUnreachable):
        await speak(target("rehearsal-cut", **options), events=events)

    assert sum(isinstance(event, AudioChunk) for event in events) == chunks
    assert not any(isinstance(event, Used) for event in events)


@pytest.mark.anyio
async def test_the_slow_scenario_has_no_event_at_first():
    task = asyncio.create_task(speak(target("rehearsal-slow", first_delay=60)))
    done, _ = await asyncio.wait([task], timeout=0.05)
    assert done == set()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
