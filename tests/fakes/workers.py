"""Real worker processes: one shared pool for most tests, a fresh one where a test breaks things."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import pytest

from core.contract.audio import PCM_RATE, PcmShape
from core.media.installed import RECOGNISER, alignment_hint, speech_hint, transcription_hint
from core.media.pool.pool import Pool
from core.media.pool.shared import close_shared_pools, shared_pool
from core.media.weights import weights_folder
from core.media.worker.codecs.encoders import RawEncoder
from tests.fakes.audio_files import RATE

SENTENCE = "The quick brown fox jumps over the lazy dog. "


@pytest.fixture(scope="session")
def synthesiser() -> Iterator[None]:
    """Skip where speech cannot be synthesised; stop the shared workers after the last test."""
    if speech_hint() is not None or find_spec("av") is None:
        pytest.skip("the extra polyphony[local] is not installed")
    yield
    close_shared_pools()


@pytest.fixture
def pool(synthesiser: None) -> Iterator[Pool]:
    """One worker, so that an order of events means something."""
    created = Pool(1)
    yield created
    created.close()


@pytest.fixture(scope="session")
def aligner(synthesiser: None) -> None:
    """Skip where sound cannot be read and aligned with a text."""
    if alignment_hint() is not None:
        pytest.skip("the extra polyphony[local] is not installed")


@pytest.fixture(scope="session")
def whisper(synthesiser: None) -> str:
    """The folder of the weights of Whisper base; skip where they are not installed."""
    if hint := transcription_hint():
        pytest.skip(f"whisper-base is not installed here: {hint}")
    return str(weights_folder(RECOGNISER))


@pytest.fixture
def listener(whisper: str) -> Pool:
    """The shared workers, so that the model is loaded once."""
    return shared_pool("transcribe")


@pytest.fixture
def speech_file(aligner: None, data: Path) -> Path:
    """Eleven seconds of a real voice."""
    return data / "samples" / "jfk.flac"


@pytest.fixture(scope="session")
def speech_samples(aligner: None) -> bytes:
    """Three seconds of synthesised speech as samples at 16 kHz."""
    text = "My fellow Americans, ask not what your country can do for you."
    resampled = bytearray()
    encoder = RawEncoder(PcmShape(PCM_RATE), PcmShape(RATE), resampled.extend)
    encoder.write(asyncio.run(synthesized(shared_pool("synthesize"), speech_job(text))))
    encoder.close()
    return bytes(resampled[: 3 * RATE * 2])


def speech_job(text: str = SENTENCE, **changes: Any) -> dict[str, Any]:
    """Arguments of a speech job."""
    return {"text": text, "voice": "gmw/en-US", "speed": 1.0, "pitch": 50, "format": "pcm", **changes}


async def synthesized(pool: Pool, args: dict[str, Any]) -> bytes:
    """All audio of a speech job."""
    audio = bytearray()
    async with aclosing(pool.run("synthesize", args)) as messages:
        async for message in messages:
            audio += message if isinstance(message, bytes) else b""
    return bytes(audio)


async def synthesized_size(pool: Pool, args: dict[str, Any]) -> int:
    """Bytes of audio that a speech job brings."""
    return len(await synthesized(pool, args))


def decoded_seconds(audio: bytes | bytearray) -> float:
    """Playing time by decoding every sample; headers are not believed."""
    with av.open(io.BytesIO(audio)) as container:
        samples = rate = 0
        for frame in container.decode(audio=0):
            samples += frame.samples
            rate = frame.sample_rate
    return samples / rate
