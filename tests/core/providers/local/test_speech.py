"""Speech through the adapter: formats, word times, speed, pitch, refusals."""

from __future__ import annotations

import ctypes.util
import io
import sys
import wave
from array import array
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unavailable, Unsupported
from core.contract.events import AudioChunk, AudioStart, SpeechWord, SpeechWords, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.media import installed, weights
from core.media.installed import HINT, available_formats, speech_hint, system_engine
from core.providers.local.speech import job_arguments, speak
from tests.fakes.whisper_files import install_empty
from tests.fakes.workers import SENTENCE, decoded_seconds

TEXTS = {
    "gmw/en-US": "Hello, big world. It costs $1,250 today; don't worry!",
    "zle/ru": "Привет, мир! Как дела? Сегодня хорошая погода.",
    "sit/cmn": "你好，世界。今天天气很好！",
    "gmw/de": "Guten Tag, schöne Welt.",
    "sem/ar": "مرحبا بالعالم",
    "inc/hi": "नमस्ते दुनिया।",
    "jpx/ja": "こんにちは。",
    "ko": "안녕하세요 세계",
}


@dataclass
class CollectedSpeech:
    audio: bytearray = field(default_factory=bytearray)
    words: list[SpeechWord] = field(default_factory=list)
    starts: list[AudioStart] = field(default_factory=list)
    units: dict[str, float] = field(default_factory=dict)
    event_names: list[str] = field(default_factory=list)


def target(form: AudioFormat = AudioFormat.PCM, voice: str = "gmw/en-US", **options: Any) -> Target:
    return Target(
        endpoint_id=1,
        provider="local",
        provider_name="Local",
        wire="local",
        base_url="",
        model="espeak-ng",
        voice=voice,
        format=form,
        options=options,
    )


async def synthesize(
    text: str, form: AudioFormat = AudioFormat.PCM, voice: str = "gmw/en-US", **fields: Any
) -> CollectedSpeech:
    """All events of one request to the adapter."""
    speech = CollectedSpeech()
    request = SpeechRequest(model="local/espeak-ng", text=text, **fields)
    async with aclosing(speak(target(form, voice), request)) as events:
        async for event in events:
            speech.event_names.append(type(event).__name__)
            if isinstance(event, AudioStart):
                speech.starts.append(event)
            elif isinstance(event, AudioChunk):
                speech.audio += event.data
            elif isinstance(event, SpeechWords):
                speech.words += event.words
            elif isinstance(event, Used):
                speech.units = {name: float(quantity) for name, quantity in event.usage.units().items()}
    return speech


def spoken_letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def fundamental(audio: bytes | bytearray) -> float:
    """The fundamental frequency in Hz, 50 to 300: the median over the louder half of the audio."""
    samples = array("h", bytes(audio))
    windows = [samples[at : at + 1440] for at in range(0, len(samples) - 1440, 1440)]
    loud = sorted(windows, key=lambda window: sum(map(abs, window)))[len(windows) // 2 :]
    return median(24_000 / period(window) for window in loud)


def period(window: array[int]) -> int:
    """The lag in samples of the highest autocorrelation."""
    return max(range(80, 480), key=lambda lag: sum(window[i] * window[i + lag] for i in range(0, 960, 2)))


@pytest.mark.anyio
@pytest.mark.parametrize("form", [form for form in AudioFormat if form is not AudioFormat.PCM])
async def test_every_format_decodes_to_the_reported_duration(synthesiser, form):
    speech = await synthesize(SENTENCE * 8, form)

    seconds = speech.units["audio_out.second"]
    assert decoded_seconds(speech.audio) == pytest.approx(seconds, abs=0.12)
    assert speech.starts == [AudioStart(form, 24_000, 1)]
    assert seconds == pytest.approx(23.2, abs=0.5)


@pytest.mark.anyio
async def test_pcm_is_24_khz_mono(synthesiser):
    speech = await synthesize(SENTENCE)

    seconds = speech.units["audio_out.second"]
    assert len(speech.audio) / 48_000 == pytest.approx(seconds, abs=0.01)
    assert max(array("h", speech.audio)) > 5000


@pytest.mark.anyio
async def test_streamed_wav_claims_an_unknown_length(synthesiser):
    speech = await synthesize(SENTENCE, AudioFormat.WAV)

    assert speech.audio[4:8] == speech.audio[40:44] == b"\xff\xff\xff\xff"


@pytest.mark.anyio
async def test_events_come_in_the_order_of_the_contract(synthesiser):
    speech = await synthesize(SENTENCE * 3)

    assert speech.event_names[0] == "AudioStart"
    assert speech.event_names[-1] == "Used"
    assert speech.event_names.count("Used") == speech.event_names.count("AudioStart") == 1
    assert speech.event_names.count("AudioChunk") > 10
    assert speech.units["text_in.character"] == len(SENTENCE * 3)


@pytest.mark.anyio
@pytest.mark.parametrize(("voice", "text"), TEXTS.items(), ids=list(TEXTS))
async def test_words_cover_the_text_with_rising_times(synthesiser, voice, text):
    speech = await synthesize(text, voice=voice)

    assert spoken_letters("".join(word.word for word in speech.words)) == spoken_letters(text)
    places = [place for word in speech.words for place in (word.start, word.end)]
    assert places == sorted(places)
    assert places[-1] == pytest.approx(speech.units["audio_out.second"], abs=0.01)


@pytest.mark.anyio
async def test_words_go_on_across_fragments(synthesiser):
    speech = await synthesize(SENTENCE * 20)

    assert [word.word for word in speech.words] == SENTENCE.replace(".", "").split() * 20
    assert [word.start for word in speech.words] == sorted(word.start for word in speech.words)


@pytest.mark.anyio
async def test_longest_text_is_spoken_to_its_end(synthesiser):
    text = (SENTENCE * 500)[:20_000]
    speech = await synthesize(text)

    assert len(speech.audio) / 48_000 == pytest.approx(speech.units["audio_out.second"], abs=0.01)
    assert speech.units["audio_out.second"] > 1000
    assert spoken_letters("".join(word.word for word in speech.words)) == spoken_letters(text)


@pytest.mark.anyio
async def test_speed_divides_the_duration(synthesiser):
    normal = (await synthesize(SENTENCE * 2)).units["audio_out.second"]

    for speed in (0.25, 0.4, 0.5, 2.0, 4.0):
        speech = await synthesize(SENTENCE * 2, speed=speed)
        assert speech.units["audio_out.second"] == pytest.approx(normal / speed, rel=0.15)
        assert len(speech.audio) / 48_000 == pytest.approx(speech.units["audio_out.second"], abs=0.15)
        assert speech.words[-1].end <= speech.units["audio_out.second"] + 0.001


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text", ["...", "!?", " ", "\n\n", "—", "\u200b", "\x00", "🎉", "a\ud800b", "\x01200P"]
)
async def test_odd_text_gives_a_playable_file(synthesiser, text):
    speech = await synthesize(text, AudioFormat.MP3)

    assert decoded_seconds(speech.audio) >= 0.2
    assert speech.event_names[-1] == "Used"


@pytest.mark.anyio
async def test_markup_is_spoken_not_interpreted(synthesiser):
    speech = await synthesize('<speak><break time="20s"/>hi</speak> [[h@loU]]')

    assert speech.units["audio_out.second"] < 15
    assert "break" in " ".join(word.word for word in speech.words)


@pytest.mark.anyio
async def test_text_without_a_space_is_spoken(synthesiser):
    speech = await synthesize("a" * 5000)

    assert speech.units["audio_out.second"] > 10


@pytest.mark.anyio
async def test_pitch_and_variant_change_the_audio_not_the_words(synthesiser):
    low = await synthesize("Ah ah ah.", options={"local": {"pitch": 0}})
    normal = await synthesize("Ah ah ah.")
    female = await synthesize("Ah ah ah.", voice="gmw/en-US+f3")

    assert fundamental(low.audio) < fundamental(normal.audio) < fundamental(female.audio)
    assert [w.word for w in low.words] == [w.word for w in female.words] == ["Ah", "ah", "ah"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("voice", "named"),
    [
        ("gmw/en-UK", "gmw/en-US"),
        ("../../etc/passwd", "zle/ru"),
        ("alloy", "sit/cmn"),
        ("gmw/en-US+f99", "f3"),
        ("gmw/en-US+../f3", "whisper"),
    ],
)
async def test_unknown_voice_is_refused_with_names(synthesiser, voice, named):
    with pytest.raises(InvalidRequest) as refused:
        await synthesize(SENTENCE, voice=voice)

    assert refused.value.param == "voice"
    assert named in refused.value.message


@pytest.mark.anyio
async def test_refusal_comes_before_any_event(synthesiser):
    request = SpeechRequest(model="local/espeak-ng", text=SENTENCE)
    for form in AudioFormat:
        async with aclosing(speak(target(form, "nobody"), request)) as events:
            with pytest.raises(InvalidRequest):
                await anext(events)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"text": "a" * 20_001}, "input"),
        ({"text": "a", "speed": 0.2}, "speed"),
        ({"text": "a", "speed": float("nan")}, "speed"),
        ({"text": "a", "options": {"local": {"pitch": 100}}}, "provider.options.local.pitch"),
        ({"text": "a", "options": {"local": {"pitch": "high"}}}, "provider.options.local.pitch"),
    ],
)
async def test_out_of_range_is_refused(synthesiser, fields, param):
    with pytest.raises(InvalidRequest) as refused:
        await synthesize(**fields)

    assert refused.value.param == param


def test_missing_engine_names_the_install_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    system_engine.cache_clear()

    assert speech_hint() == HINT == 'pip install "polyphony[local]"'
    assert len(available_formats()) == len(AudioFormat)  # the other engine's
    monkeypatch.setattr(installed, "natural_speech_hint", lambda: HINT)
    assert available_formats() == ()
    with pytest.raises(Unavailable, match="pip install"):
        job_arguments(target(), SpeechRequest(model="m", text="a"), AudioFormat.PCM)
    system_engine.cache_clear()


def test_a_natural_voice_brings_the_folder_of_its_weights(monkeypatch, tmp_path):
    monkeypatch.setattr(installed, "find_spec", lambda name: True)
    monkeypatch.setattr(weights.root, "folder", tmp_path)

    def arguments(voice: str) -> dict[str, Any]:
        natural = replace(target(voice=voice), model="hibari")
        return job_arguments(natural, SpeechRequest(model="m", text="a"), AudioFormat.PCM)

    plain = {"text": "a", "speed": 1.0, "format": "pcm"}
    assert arguments("heart") == {**plain, "voice": "heart", "folder": None}
    with pytest.raises(Unsupported, match=r"not installed here: manage\.py install_model hibari-emma$"):
        arguments("emma")
    with pytest.raises(Unsupported, match=r"hibari has no voice '\.\./emma'"):
        arguments("../emma")
    install_empty(tmp_path, "hibari-emma")
    assert arguments("emma") == {**plain, "voice": "emma", "folder": str(tmp_path / "hibari-emma")}


def test_missing_media_library_leaves_wav_and_pcm(synthesiser, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)

    assert available_formats() == (AudioFormat.WAV, AudioFormat.PCM)
    with pytest.raises(Unsupported, match="pip install"):
        job_arguments(target(), SpeechRequest(model="m", text="a"), AudioFormat.MP3)


@pytest.mark.anyio
async def test_wav_opens_with_the_standard_library(synthesiser):
    speech = await synthesize(SENTENCE, AudioFormat.WAV)

    with wave.open(io.BytesIO(speech.audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
