"""Measurements of audio that a plain mix would lose."""

from __future__ import annotations

from contextlib import aclosing

import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", ["opposite-phase.wav", "right-channel-only.wav"])
async def test_sound_that_a_mix_would_lose_is_no_silence(aligner, data, pool, name):
    async with aclosing(pool.run("inspect.audio", {"path": str(data / "cases" / name)})) as messages:
        events = [message async for message in messages if isinstance(message, dict)]
    [measured] = [event for event in events if event.get("event") == "loudness"]

    assert measured["seconds"] == 1.5
    assert measured["silence"] < 0.5
