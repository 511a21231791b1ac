"""Work on files in worker processes."""

from __future__ import annotations

import pytest

from core.contract.audio import PcmShape, wav_header
from core.contract.errors import InvalidRequest, Unavailable
from core.media import client, installed
from core.media.client import align, probe
from core.media.pool.shared import close_shared_pools

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def workers():
    yield
    close_shared_pools()


@pytest.fixture
def second(tmp_path):
    path = tmp_path / "second.wav"
    path.write_bytes(wav_header(PcmShape(8000, 2), 32_000) + bytes(32_000))
    return path


async def test_wav_is_measured_with_or_without_the_extra(second):
    found = await probe(second)

    assert (found.kind, found.media_type, found.seconds) == ("audio", "audio/wav", 1.0)
    assert (found.channels, found.sample_rate) == (2, 8000)


async def test_letter_is_no_media(tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_bytes(b"Dear Alice")

    with pytest.raises(InvalidRequest) as refusal:
        await probe(str(path))

    assert refusal.value.provider_code == "unsupported_media"


async def test_alignment_without_the_extra_says_how_to_install_it(second, monkeypatch):
    monkeypatch.setattr(client, "alignment_hint", lambda: installed.HINT)

    with pytest.raises(Unavailable, match="polyphony"):
        await align(second, "hello")
