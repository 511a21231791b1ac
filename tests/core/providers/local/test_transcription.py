"""Transcription and translation through the adapter: text, words, times, language, progress."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.contract.audio import PCM_RATE, PcmShape, wav_header
from core.contract.errors import InvalidRequest, ModelRetired, Unavailable
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
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.media import weights
from core.media.pool.shared import shared_pool
from core.providers.local import Local
from tests.fakes.audio_files import RATE, samples, word_errors, write_wav
from tests.fakes.workers import speech_job, synthesized

pytestmark = pytest.mark.anyio

GERMAN = "Guten Morgen. Ich möchte heute mit dem Zug nach Berlin fahren und meine Schwester besuchen."


def target(model: str = "whisper-base") -> Target:
    return Target(
        endpoint_id=1, provider="local", provider_name="Local", wire="local", base_url="", model=model
    )


def audio_file(path: Path, seconds: float | None = None) -> AudioFile:
    return AudioFile(str(path), path.name, "audio/wav", 0, seconds)


@dataclass
class CollectedTranscript:
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    words: list[TranscriptWord] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    whole: Transcript | None = None
    units: dict[str, float] = field(default_factory=dict)
    event_names: list[str] = field(default_factory=list)


async def collect(source: Any) -> CollectedTranscript:
    """All events of one request to the adapter."""
    found = CollectedTranscript()
    async with aclosing(source) as events:
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


async def transcribe(path: Path, seconds: float | None = None, **fields: Any) -> CollectedTranscript:
    request = TranscriptionRequest("local/whisper-base", audio_file(path, seconds), **fields)
    return await collect(Local.transcribe(target(), request))


async def translate(path: Path, **fields: Any) -> CollectedTranscript:
    request = TranslationRequest("local/whisper-base", audio_file(path), **fields)
    return await collect(Local.translate(target(), request))


@pytest.fixture(scope="module")
def german(whisper: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A German sentence, spoken by espeak-ng."""
    path = tmp_path_factory.mktemp("german") / "german.wav"
    audio = asyncio.run(synthesized(shared_pool("synthesize"), speech_job(GERMAN, voice="gmw/de")))
    path.write_bytes(wav_header(PcmShape(PCM_RATE), len(audio)) + audio)
    return path


async def test_speech_is_transcribed_without_an_error(whisper, speech_file):
    found = await transcribe(speech_file, 11.0, words=True)

    assert word_errors(found.text) == 0
    assert found.whole == Transcript(found.text, "en", 11.0)
    assert found.units == {"audio_in.second": 11.0}
    assert found.text == " ".join(segment.text for segment in found.segments)
    assert found.text.split() == [word.word for word in found.words]
    assert found.event_names[-2:] == ["Transcript", "Used"]
    times = [moment for word in found.words for moment in (word.start, word.end)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert 0 <= times[0] <= times[-1] <= 11.0
    assert all(0 <= word.confidence <= 1 for word in found.words)
    assert [segment.id for segment in found.segments] == list(range(len(found.segments)))
    assert found.segments[0].measures["temperature"] == 0.0
    assert {(p.stage, p.total, p.unit) for p in found.progress} == {("hearing", 11.0, "second")}
    assert found.progress[-1].done == pytest.approx(11.0, abs=0.5)


@pytest.mark.parametrize("form", [TranscriptFormat.SRT, TranscriptFormat.VTT])
async def test_subtitles_have_words_to_be_divided_at(whisper, speech_file, tmp_path, form):
    voice = write_wav(tmp_path / "voice.wav", samples(speech_file, 3.0))

    assert (await transcribe(voice, format=form)).words


async def test_plain_text_has_no_words(whisper, speech_file, tmp_path):
    assert not (await transcribe(write_wav(tmp_path / "voice.wav", samples(speech_file, 3.0)))).words


async def test_other_language_is_detected(german):
    found = await transcribe(german)

    assert found.whole.language == "de"
    assert word_errors(found.text, GERMAN) <= 0.2


async def test_language_that_the_caller_names_is_not_detected(german):
    found = await transcribe(german, language="en")

    assert found.whole.language == "en"


async def test_speech_is_translated_to_english(german):
    found = await translate(german)

    assert found.whole.language == "en"
    assert found.text.startswith("Good morning")
    assert "today" in found.text
    assert found.words == []
    assert [segment.text for segment in found.segments]
    assert found.event_names[-2:] == ["Transcript", "Used"]


async def test_silence_is_an_empty_transcript(whisper, tmp_path):
    silence = write_wav(tmp_path / "silence.wav", bytes(4 * RATE * 2))
    found = await transcribe(silence, 4.0)

    assert found.whole == Transcript("", None, 4.0)
    assert (found.text, found.segments, found.words) == ("", [], [])
    assert found.units == {"audio_in.second": 4.0}
    assert (await translate(silence)).whole == Transcript("", "en", 4.0)


@pytest.mark.parametrize("code", ["jv", "nb", "fil", "yi"])
async def test_languages_are_known_by_our_codes(whisper, tmp_path, code):
    found = await transcribe(write_wav(tmp_path / "silence.wav", bytes(RATE * 2)), language=code)

    assert found.whole == Transcript("", code, 1.0)


async def test_what_is_no_audio_is_refused(whisper, tmp_path):
    letter = tmp_path / "letter.mp3"
    letter.write_bytes(b"This is a letter. " * 100)

    with pytest.raises(InvalidRequest) as refusal:
        await transcribe(letter)
    assert refusal.value.provider_code == "unsupported_media"


async def test_missing_weights_name_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(weights.root, "folder", tmp_path)

    with pytest.raises(Unavailable, match=r"whisper-base is not installed here: manage\.py install_model"):
        await transcribe(tmp_path / "unread.wav")
    with pytest.raises(Unavailable, match=r"manage\.py install_model whisper-base"):
        await translate(tmp_path / "unread.wav")


async def test_missing_package_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr("core.media.installed.find_spec", lambda name: None)

    with pytest.raises(Unavailable, match=r"pip install .polyphony\[local\]"):
        await transcribe(tmp_path / "unread.wav")


async def test_edited_row_of_pocketsphinx_names_the_successor(tmp_path):
    request = TranscriptionRequest("local/pocketsphinx", audio_file(tmp_path / "unread.wav"))

    with pytest.raises(ModelRetired, match="local/whisper-base"):
        await collect(Local.transcribe(target("pocketsphinx"), request))
