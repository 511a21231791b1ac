from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.errors import UpstreamLimited, UpstreamUnreachable
from core.contract.events import (
    Event,
    Progress,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWords,
    Used,
)
from core.contract.route import Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.base import TranscriptionAdapter, TranslationAdapter
from core.providers.registry import adapter
from core.providers.rehearsal.transcription import SENTENCES

pytestmark = pytest.mark.anyio

FILE = AudioFile("/nowhere/talk.wav", "audio.wav", "audio/wav", 100, 6.0)


def target(model: str = "rehearsal", **options: object) -> Target:
    return Target(1, "rehearsal", "Rehearsal", "rehearsal", "", model, options=options)


async def transcribe(where: Target, found: list[Event] | None = None, **fields: object) -> list[Event]:
    found = [] if found is None else found
    request = TranscriptionRequest("m", FILE, **fields)
    async with aclosing(adapter("rehearsal").transcribe(where, request)) as events:
        async for event in events:
            found.append(event)
    return found


def test_the_adapter_serves_both_tasks():
    assert isinstance(adapter("rehearsal"), TranscriptionAdapter)
    assert isinstance(adapter("rehearsal"), TranslationAdapter)


async def test_each_sentence_has_its_segment_words_and_progress():
    found = await transcribe(target())
    assert [type(event) for event in found] == [
        *[TranscriptDelta, Segment, TranscriptWords, Progress] * 3,
        Transcript,
        Used,
    ]
    assert "".join(event.text for event in found if type(event) is TranscriptDelta) == " ".join(SENTENCES)
    assert [(event.start, event.end) for event in found if type(event) is Segment] == [(0, 2), (2, 4), (4, 6)]
    assert found[-2:] == [
        Transcript(" ".join(SENTENCES), "en", 6.0),
        Used(Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(6)),))),
    ]


async def test_speakers_are_told_apart_where_that_is_requested():
    for diarize, speakers in ((True, ["A", "B", "A"]), (False, [None] * 3)):
        found = await transcribe(target(), diarize=diarize)
        assert [event.speaker for event in found if type(event) is Segment] == speakers


async def test_a_translation_has_the_same_events():
    source = adapter("rehearsal").translate(target(), TranslationRequest("m", FILE))
    async with aclosing(source) as events:
        assert [event async for event in events] == await transcribe(target())


@pytest.mark.parametrize(("options", "sentences"), [({}, 1), ({"cut_after": 2}, 2)])
async def test_a_cut_transcript_ends_without_usage(options, sentences):
    found: list[Event] = []
    with pytest.raises(UpstreamUnreachable):
        await transcribe(target("rehearsal-cut", **options), found)
    assert len(found) == 4 * sentences


async def test_a_failure_comes_before_any_event():
    found: list[Event] = []
    with pytest.raises(UpstreamLimited):
        await transcribe(target("rehearsal-429"), found)
    assert found == []
