from __future__ import annotations

import math
import wave
from array import array
from contextlib import aclosing

import av
import pytest

from core.contract.audio import AudioFormat, PcmShape
from core.contract.errors import InvalidRequest, UpstreamFailed
from core.media.client import Encoded, encode
from tests.fakes.workers import decoded_seconds


def recorded(path, rate: int, channels: int, seconds: float = 3.0):
    """A sine as raw samples, the same in every channel."""
    samples = array("h")
    for index in range(int(rate * seconds)):
        samples.extend([int(9000 * math.sin(index * 2 * math.pi * 440 / rate))] * channels)
    path.write_bytes(samples.tobytes())
    return path


def encode_job(source, target, form, rate=24_000, channels=1):
    return {
        "source": str(source),
        "target": str(target),
        "format": str(form),
        "sample_rate": rate,
        "channels": channels,
    }


@pytest.mark.anyio
@pytest.mark.parametrize("form", [form for form in AudioFormat if form is not AudioFormat.PCM])
@pytest.mark.parametrize(("rate", "channels"), [(24_000, 1), (44_100, 2), (22_050, 1)])
async def test_recording_becomes_a_file_of_the_same_duration(pool, tmp_path, form, rate, channels):
    source = recorded(tmp_path / "live.raw", rate, channels)
    target = tmp_path / f"done.{form.extension}"

    result = await pool.result("encode", encode_job(source, target, form, rate, channels))

    assert result == {"bytes": target.stat().st_size, "seconds": 3.0}
    assert decoded_seconds(target.read_bytes()) == pytest.approx(3.0, abs=0.12)
    with av.open(str(target)) as container:
        assert container.streams.audio[0].channels == channels


@pytest.mark.anyio
async def test_wav_file_has_its_true_sizes(pool, tmp_path):
    source = recorded(tmp_path / "live.raw", 24_000, 1)
    target = tmp_path / "done.wav"
    await pool.result("encode", encode_job(source, target, "wav"))

    with wave.open(str(target)) as file:
        assert (file.getnframes(), file.getframerate()) == (72_000, 24_000)
        assert file.readframes(72_000) == source.read_bytes()


@pytest.mark.anyio
async def test_pcm_file_is_24_khz_mono(pool, tmp_path):
    source = recorded(tmp_path / "live.raw", 48_000, 2)
    target = tmp_path / "done.pcm"
    await pool.result("encode", encode_job(source, target, "pcm", 48_000, 2))

    assert target.stat().st_size == pytest.approx(144_000, abs=200)


@pytest.mark.anyio
async def test_empty_recording_is_an_empty_wav(pool, tmp_path):
    source = tmp_path / "live.raw"
    source.touch()

    result = await pool.result("encode", encode_job(source, tmp_path / "done.wav", "wav"))
    assert result == {"bytes": 44, "seconds": 0.0}


@pytest.mark.anyio
async def test_recording_cut_inside_a_sample_is_taken_to_the_last_whole_one(pool, tmp_path):
    source = tmp_path / "live.raw"
    source.write_bytes(b"\x01\x00" * 1000 + b"\x01")

    result = await pool.result("encode", encode_job(source, tmp_path / "done.wav", "wav"))
    assert result["bytes"] == 2044


@pytest.mark.anyio
async def test_failed_or_cancelled_encoding_leaves_no_file(pool, tmp_path):
    source = recorded(tmp_path / "live.raw", 24_000, 1, seconds=60)
    target = tmp_path / "done.mp3"
    messages = pool.run("encode", encode_job(source, target, "mp3"))
    async with aclosing(messages):
        async for message in messages:
            assert message["event"] == "progress"
            break
    await pool.result("list_voices", {})
    assert not target.exists()

    with pytest.raises(UpstreamFailed):
        await pool.result("encode", encode_job(tmp_path / "nothing.raw", target, "mp3"))
    with pytest.raises(InvalidRequest):
        await pool.result("encode", encode_job(source, target, "mp3", channels=9))
    assert not target.exists()


@pytest.mark.anyio
async def test_encode_tells_size_and_duration(synthesiser, tmp_path):
    source = recorded(tmp_path / "live.raw", 24_000, 1, seconds=2)
    target = tmp_path / "done.opus"

    done = await encode(source, PcmShape(24_000, 1), target, AudioFormat.OPUS)

    assert done == Encoded(target.stat().st_size, 2.0)
    assert decoded_seconds(target.read_bytes()) == pytest.approx(2.0, abs=0.1)
