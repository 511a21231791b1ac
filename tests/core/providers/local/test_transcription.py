"""Transcription through the adapter: text, words, times, order, progress."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from core.contract.errors import Unavailable, Unsupported
from core.contract.events import (
    Progress,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.route import Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.providers.local import Local, transcription
from tests.fakes.audio_files import RATE, word_errors, write_wav

pytestmark = pytest.mark.anyio

TARGET = Target(
    endpoint_id=1, provider="local", provider_name="Local", wire="local", base_url="", model="pocketsphinx"
)


@dataclass
class CollectedTranscript:
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    words: list[TranscriptWord] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    whole: Transcript | None = None
    units: dict[str, float] = field(default_factory=dict)
    event_names: list[str] = field(default_factory=list)


async def transcribe(
    path: Path, seconds: float | None = None, language: str | None = None
) -> CollectedTranscript:
    """All events of one request to the adapter."""
    file = AudioFile(str(path), path.name, "audio/wav", 0, seconds)
    request = TranscriptionRequest(model="local/pocketsphinx", file=file, language=language)
    found = CollectedTranscript()
    async with aclosing(Local.transcribe(TARGET, request)) as events:
        async for event in events:
            found.event_names.append(type(event).__name__)
            match event:
                case TranscriptDelta():
                    found.text += event.text
                case Segment():
                    found.segments.append(event)
                case TranscriptWords():
                    found.words += event.words
                case Progress():
                    found.progress.append(event)
                case Transcript():
                    found.whole = event
                case Used():
                    found.units = {name: float(value) for name, value in event.usage.units().items()}
    return found


async def test_speech_is_transcribed(speech_file):
    found = await transcribe(speech_file, 11.0)

    assert word_errors(found.text) <= 0.30
    assert found.whole == Transcript(found.text, "en", 11.0)
    assert found.units == {"audio_in.second": 11.0}
    assert found.text == " ".join(segment.text for segment in found.segments)
    assert found.text.split() == [word.word for word in found.words]
    assert found.event_names[-2:] == ["Transcript", "Used"]


async def test_times_go_forward_and_stay_inside_the_file(speech_file):
    found = await transcribe(speech_file, 11.0)

    times = [moment for word in found.words for moment in (word.start, word.end)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert 0 <= times[0] <= times[-1] <= 11.0
    edges = [moment for segment in found.segments for moment in (segment.start, segment.end)]
    assert all(earlier <= later for earlier, later in pairwise(edges))
    assert all(0 <= word.confidence <= 1 for word in found.words)
    assert [segment.id for segment in found.segments] == list(range(len(found.segments)))


async def test_first_words_come_before_the_rest_is_transcribed(speech_file):
    found = await transcribe(speech_file, 11.0)

    assert len(found.segments) > 1
    first = found.event_names.index("TranscriptDelta")
    assert found.event_names[first : first + 3] == ["TranscriptDelta", "Segment", "TranscriptWords"]
    assert "Progress" in found.event_names[first : found.event_names.index("TranscriptDelta", first + 1)]


async def test_progress_counts_up_to_the_end(speech_file):
    found = await transcribe(speech_file, 11.0)

    done = [progress.done for progress in found.progress]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(11.0, abs=0.5)
    assert {(p.stage, p.total, p.unit) for p in found.progress} == {("hearing", 11.0, "second")}


async def test_silence_is_an_empty_transcript(recogniser, tmp_path):
    found = await transcribe(write_wav(tmp_path / "silence.wav", bytes(4 * RATE * 2)), 4.0)

    assert found.whole == Transcript("", "en", 4.0)
    assert (found.text, found.segments, found.words) == ("", [], [])
    assert found.units == {"audio_in.second": 4.0}


@pytest.mark.parametrize("language", ["de", "ru", "zh-CN", "enm"])
async def test_other_languages_are_refused(tmp_path, language):
    with pytest.raises(Unsupported, match="US English only") as refusal:
        await transcribe(tmp_path / "unread.wav", language=language)

    assert (refusal.value.provider_code, refusal.value.param) == ("unsupported_language", "language")


@pytest.mark.parametrize("language", ["en", "en-US", "en_GB", "EN"])
async def test_english_is_accepted_by_any_of_its_names(recogniser, tmp_path, language):
    path = write_wav(tmp_path / "silence.wav", bytes(RATE * 2))
    found = await transcribe(path, language=language)

    assert found.whole == Transcript("", "en", 1.0)


async def test_missing_extra_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(transcription, "transcription_hint", lambda: "pip install it")

    with pytest.raises(Unavailable, match="pip install it"):
        await transcribe(tmp_path / "unread.wav")
