"""Odd events of streamed speech; none of them costs other sound."""

from __future__ import annotations

import pytest

from core.contract.events import Unreadable
from tests.core.providers.openai.speech.test_speech import DONE, PCM, audio_of, speak, target
from tests.fakes.audio import audio_bytes
from tests.fakes.scenarios import deltas, events, frame

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "odd",
    [
        b"data: {garbage\n\n",
        b"data: [1]\n\n",
        frame({"audio": "not base64!"}),
        frame({"audio": "AAAA!!!!"}),
        frame({"audio": 7}),
    ],
)
async def test_an_odd_event_costs_no_other_sound(provider, odd):
    first, *rest = deltas(PCM)
    provider.script("sse", events([b"data:\n\n", first, odd, *rest, frame(DONE)]))
    found = await speak(target(provider, "sse"))
    assert (audio_of(found), found[-2]) == (audio_bytes(PCM), Unreadable(1))


@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
@pytest.mark.parametrize("size", [1, 4096])
async def test_events_are_known_by_their_bytes(provider, media_type, size):
    body = b"".join([*deltas(PCM), frame(DONE)])

    async def mislabelled(exchange):
        await exchange.head(content_type=media_type)
        for at in range(0, len(body), size):
            await exchange.chunk(body[at : at + size])
        await exchange.end()

    provider.script("sse", mislabelled)
    assert audio_of(await speak(target(provider, "sse"))) == audio_bytes(PCM)
