"""Real worker processes: one shared pool for the speech tests, a fresh one where a test breaks things."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.contract.audio import PCM_RATE, PcmShape
from core.media.installed import deaf, missing
from core.media.pool.pool import Pool, close_shared_pool
from core.media.worker.codecs.encoders import RawEncoder
from tests.core.providers.local.transcripts import hear
from tests.fakes.recordings import RATE


@pytest.fixture(scope="session")
def engine():
    """Skip where this machine cannot speak; stop the shared workers after the last test."""
    if missing() is not None or find_spec("av") is None:
        pytest.skip("the extra polyphony[local] is not installed")
    yield
    close_shared_pool()


@pytest.fixture
def pool(engine):
    """One worker, so that an order of events means something."""
    made = Pool(1)
    yield made
    made.close()


@pytest.fixture(scope="session")
def ears(engine):
    """Skip where this machine cannot hear."""
    if deaf() is not None:
        pytest.skip("the extra polyphony[local] is not installed")


@pytest.fixture
def speech(ears, data) -> Path:
    """Eleven seconds of a real voice."""
    return data / "samples" / "jfk.flac"


@pytest.fixture(scope="session")
def spoken(ears) -> bytes:
    """Three seconds at 16 kHz of a voice that is always there."""
    heard = asyncio.run(hear("My fellow Americans, ask not what your country can do for you."))
    sound = bytearray()
    encoder = RawEncoder(PcmShape(PCM_RATE), PcmShape(RATE), sound.extend)
    encoder.write(bytes(heard.sound))
    encoder.close()
    return bytes(sound[: 3 * RATE * 2])
