from __future__ import annotations

import ctypes.util
import io
import sys
import wave
from array import array
from contextlib import aclosing
from statistics import median

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unavailable, Unsupported
from core.contract.events import AudioStart
from core.contract.speech import SpeechRequest
from core.media.installed import HINT, available_formats, speech_hint, system_engine
from core.providers.base import SpeechAdapter
from core.providers.local.speech import arguments, speak
from core.providers.registry import adapter
from tests.core.providers.local.transcripts import hear, target
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


def spoken_letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def fundamental(sound: bytes | bytearray) -> float:
    """Hertz of the voice between 50 and 300: the median over the louder half of the sound."""
    samples = array("h", bytes(sound))
    windows = [samples[at : at + 1440] for at in range(0, len(samples) - 1440, 1440)]
    loud = sorted(windows, key=lambda window: sum(map(abs, window)))[len(windows) // 2 :]
    return median(24_000 / period(window) for window in loud)


def period(window: array[int]) -> int:
    """The shift in samples at which a piece of sound is most like itself."""
    return max(range(80, 480), key=lambda lag: sum(window[i] * window[i + lag] for i in range(0, 960, 2)))


def test_local_is_a_speaking_adapter():
    assert isinstance(adapter("local"), SpeechAdapter)


@pytest.mark.anyio
@pytest.mark.parametrize("form", [form for form in AudioFormat if form is not AudioFormat.PCM])
async def test_every_format_decodes_to_the_reported_duration(synthesiser, form):
    heard = await hear(SENTENCE * 8, form)

    seconds = heard.units["audio_out.second"]
    assert decoded_seconds(heard.sound) == pytest.approx(seconds, abs=0.12)
    assert heard.starts == [AudioStart(form, 24_000, 1)]
    assert seconds == pytest.approx(23.2, abs=0.5)


@pytest.mark.anyio
async def test_pcm_is_24_khz_mono(synthesiser):
    heard = await hear(SENTENCE)

    seconds = heard.units["audio_out.second"]
    assert len(heard.sound) / 48_000 == pytest.approx(seconds, abs=0.01)
    assert max(array("h", heard.sound)) > 5000


@pytest.mark.anyio
async def test_streamed_wav_claims_an_unknown_length(synthesiser):
    heard = await hear(SENTENCE, AudioFormat.WAV)

    assert heard.sound[4:8] == heard.sound[40:44] == b"\xff\xff\xff\xff"


@pytest.mark.anyio
async def test_events_come_in_the_order_of_the_contract(synthesiser):
    heard = await hear(SENTENCE * 3)

    assert heard.order[0] == "AudioStart"
    assert heard.order[-1] == "Used"
    assert heard.order.count("Used") == heard.order.count("AudioStart") == 1
    assert heard.order.count("AudioChunk") > 10
    assert heard.units["text_in.character"] == len(SENTENCE * 3)


@pytest.mark.anyio
@pytest.mark.parametrize(("voice", "text"), TEXTS.items(), ids=list(TEXTS))
async def test_words_cover_the_text_with_rising_times(synthesiser, voice, text):
    heard = await hear(text, voice=voice)

    assert spoken_letters("".join(word.word for word in heard.words)) == spoken_letters(text)
    places = [place for word in heard.words for place in (word.start, word.end)]
    assert places == sorted(places)
    assert places[-1] == pytest.approx(heard.units["audio_out.second"], abs=0.01)


@pytest.mark.anyio
async def test_words_go_on_across_fragments(synthesiser):
    heard = await hear(SENTENCE * 20)

    assert [word.word for word in heard.words] == SENTENCE.replace(".", "").split() * 20
    assert [word.start for word in heard.words] == sorted(word.start for word in heard.words)


@pytest.mark.anyio
async def test_longest_text_is_spoken_to_its_end(synthesiser):
    text = (SENTENCE * 500)[:20_000]
    heard = await hear(text)

    assert len(heard.sound) / 48_000 == pytest.approx(heard.units["audio_out.second"], abs=0.01)
    assert heard.units["audio_out.second"] > 1000
    assert spoken_letters("".join(word.word for word in heard.words)) == spoken_letters(text)


@pytest.mark.anyio
async def test_speed_divides_the_duration(synthesiser):
    normal = (await hear(SENTENCE * 2)).units["audio_out.second"]

    for speed in (0.25, 0.4, 0.5, 2.0, 4.0):
        heard = await hear(SENTENCE * 2, speed=speed)
        assert heard.units["audio_out.second"] == pytest.approx(normal / speed, rel=0.15)
        assert len(heard.sound) / 48_000 == pytest.approx(heard.units["audio_out.second"], abs=0.15)
        assert heard.words[-1].end <= heard.units["audio_out.second"] + 0.001


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text", ["...", "!?", " ", "\n\n", "—", "\u200b", "\x00", "🎉", "a\ud800b", "\x01200P"]
)
async def test_odd_text_gives_a_playable_file(synthesiser, text):
    heard = await hear(text, AudioFormat.MP3)

    assert decoded_seconds(heard.sound) >= 0.2
    assert heard.order[-1] == "Used"


@pytest.mark.anyio
async def test_markup_is_spoken_not_obeyed(synthesiser):
    heard = await hear('<speak><break time="20s"/>hi</speak> [[h@loU]]')

    assert heard.units["audio_out.second"] < 15
    assert "break" in " ".join(word.word for word in heard.words)


@pytest.mark.anyio
async def test_text_without_a_space_is_spoken(synthesiser):
    heard = await hear("a" * 5000)

    assert heard.units["audio_out.second"] > 10


@pytest.mark.anyio
async def test_pitch_and_variant_change_the_sound_not_the_words(synthesiser):
    low = await hear("Ah ah ah.", options={"local": {"pitch": 0}})
    normal = await hear("Ah ah ah.")
    female = await hear("Ah ah ah.", voice="gmw/en-US+f3")

    assert fundamental(low.sound) < fundamental(normal.sound) < fundamental(female.sound)
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
        await hear(SENTENCE, voice=voice)

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
        await hear(**fields)

    assert refused.value.param == param


def test_missing_engine_names_the_install_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    system_engine.cache_clear()

    assert speech_hint() == HINT == 'pip install "polyphony[local]"'
    assert available_formats() == ()
    with pytest.raises(Unavailable, match="pip install"):
        arguments(target(), SpeechRequest(model="m", text="a"), AudioFormat.PCM)
    system_engine.cache_clear()


def test_missing_media_library_leaves_wav_and_pcm(synthesiser, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)

    assert available_formats() == (AudioFormat.WAV, AudioFormat.PCM)
    with pytest.raises(Unsupported, match="pip install"):
        arguments(target(), SpeechRequest(model="m", text="a"), AudioFormat.MP3)


@pytest.mark.anyio
async def test_wav_opens_with_the_standard_library(synthesiser):
    heard = await hear(SENTENCE, AudioFormat.WAV)

    with wave.open(io.BytesIO(heard.sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
