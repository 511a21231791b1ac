"""Files of a request, converted by real workers to what a target takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.contract.audio import PcmShape, wav_header
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import TooLarge
from core.contract.events import AudioConverted, Direction
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.tasks import AudioPlace
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.media.client import probe
from core.media.pool.shared import close_shared_pools
from core.providers.shared.audio.input import CONVERSIONS, accepted
from tests.fakes.audio_files import recode

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def workers():
    yield
    close_shared_pools()


def target(*formats: str, **options) -> Target:
    return Target(
        1, "lab", "Lab", "openai", "http://x.test", "m", options={"audio_formats": formats, **options}
    )


def message(path: Path, form: str, seconds: float | None = 2.0) -> ChatRequest:
    media = Media(Modality.AUDIO, str(path), "audio/x", path.stat().st_size, f"note.{form}", form, seconds)
    part = {"type": "input_audio", "input_audio": {"data": media, "format": form}}
    return ChatRequest("m", ({"role": "user", "content": [{"type": "text", "text": "What?"}, part]},))


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def media_of(request) -> Media:
    return request.messages[0]["content"][1]["input_audio"]["data"]


@pytest.fixture
def webm(tmp_path) -> Path:
    return recode(bytes(2 * 16_000 * 2), tmp_path / "note.webm")


async def test_what_is_taken_is_sent_as_it_is(webm):
    request = message(webm, "webm")
    for where in (target("webm", "wav"), target(), target("aiff")):
        async with accepted(where, request) as (sent, conversions):
            assert (sent, conversions) == (request, ())


async def test_a_request_without_audio_is_sent_as_it_is():
    request = SpeechRequest("m", "Hello.", "anna")
    async with accepted(target("wav"), request) as (sent, conversions):
        assert (sent, conversions) == (request, ())


def test_audio_is_converted_wherever_a_request_can_hold_it():
    assert set(CONVERSIONS) == set(AudioPlace)


@pytest.mark.parametrize(("seconds", "form"), [(2.0, "wav"), (None, "mp3"), (301.0, "mp3")])
async def test_a_recording_becomes_wav_and_a_long_one_mp3(webm, seconds, form):
    async with accepted(target("wav", "mp3"), message(webm, "webm", seconds)) as (sent, conversions):
        media = media_of(sent)
        assert sent.messages[0]["content"][1]["input_audio"]["format"] == form
        assert (media.format, media.name, media.size) == (
            form,
            f"note.{form}",
            len(read(media.path)),
        )
        found = await probe(media.path)
        assert (found.container, found.sample_rate, found.channels) == (form, 16_000, 1)
        assert found.seconds == pytest.approx(2.0, abs=0.1)
        assert conversions == (AudioConverted(Direction.INPUT, "webm", form),)
    with pytest.raises(FileNotFoundError):
        read(media.path)


@pytest.mark.parametrize(("form", "width"), [("pcm16", 2), ("pcm24", 3)])
async def test_samples_without_a_header_become_wav(tmp_path, form, width):
    path = tmp_path / "samples"
    path.write_bytes(bytes(range(1, width + 1)) * 24_000)
    async with accepted(target("wav"), message(path, form)) as (sent, _):
        content = read(media_of(sent).path)
    upper = bytes((width - 1, width))
    assert content == wav_header(PcmShape(), 48_000) + upper * 24_000


async def test_the_file_of_a_transcription_gets_the_name_of_its_new_format(tmp_path):
    path = recode(bytes(2 * 16_000), tmp_path / "note.aiff")
    request = TranscriptionRequest("m", AudioFile(str(path), "audio.aiff", "audio/aiff", 9, 1.0))
    async with accepted(target("mp3"), request) as (sent, conversions):
        assert (sent.file.name, sent.file.media_type) == ("audio.mp3", "audio/mpeg")
        assert (await probe(sent.file.path)).container == "mp3"
        assert conversions == (AudioConverted(Direction.INPUT, "aiff", "mp3"),)


async def test_a_file_that_would_be_too_large_is_refused(webm):
    with pytest.raises(TooLarge, match="more than 0 MB"):
        async with accepted(target("wav", audio_mb=0.01), message(webm, "webm")):
            pass
