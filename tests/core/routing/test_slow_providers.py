"""Providers that are slow but alive, over real sockets: only silence is given up for another target."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from core.contract.chat import ChatRequest
from core.contract.errors import UpstreamTimeout
from core.contract.events import AttemptFailed, Event, Started
from core.contract.requests import Request
from core.contract.route import Policy, Route, Secret, Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.routing.health import Health
from core.routing.run import run
from tests.core.routing.attempt_log import MemoryAttemptLog
from tests.fakes.chat import whole
from tests.fakes.provider import Exchange, Provider
from tests.fakes.slow_reader import slow_reader

pytestmark = pytest.mark.anyio

ANSWER = json.dumps({"text": "A small test of speech."}).encode()
MEGABYTE = 1024 * 1024
QUESTION = ({"role": "user", "content": "Hello"},)
SILENT = "The provider brought nothing in time."


async def answered(request: Request, first: str, second: str, limit: float, **policy: Any) -> list[Event]:
    """What comes of two targets, the first of which has `limit` seconds to its first content."""
    targets = tuple(
        Target(number, f"p{number}", f"P{number}", "openai", url, "slow", Secret(lambda: "sk-test-1234"))
        for number, url in enumerate((first, second), 1)
    )
    policy = Policy(**{"retries": 0, "deadline": 20.0, "first_event": limit, **policy})
    way = Route("m", targets, policy)
    async with aclosing(run(way, request, MemoryAttemptLog(), Health())) as events:
        return [event async for event in events if type(event) in (AttemptFailed, Started)]


def recording(folder: Path, *, streamed: bool = False) -> TranscriptionRequest:
    path = folder / "long.wav"
    path.write_bytes(bytes(16 * MEGABYTE))
    return TranscriptionRequest(
        "m", AudioFile(str(path), "long.wav", "audio/wav", 16 * MEGABYTE), streamed=streamed
    )


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_upload_that_goes_on_is_no_silence(tmp_path, provider, streamed):
    async with slow_reader(0.004, ANSWER) as narrow:
        started = asyncio.get_running_loop().time()
        found = await answered(recording(tmp_path, streamed=streamed), narrow, provider.url, 0.8)
        took = asyncio.get_running_loop().time() - started
    assert (found, provider.requests) == ([Started("P1", "slow", 1)], [])
    assert took > 0.8


async def test_a_text_that_goes_up_slowly_is_no_silence(provider):
    question = ChatRequest("m", ({"role": "user", "content": "x" * 16 * MEGABYTE},))
    async with slow_reader(0.004, json.dumps(whole({}, "Hi")).encode()) as narrow:
        found = await answered(question, narrow, provider.url, 0.8)
    assert (found, provider.requests) == ([Started("P1", "slow", 1)], [])


async def test_an_upload_that_stalls_is_given_up(tmp_path, provider):
    provider.script("slow", answer_text)
    async with slow_reader(0.0, ANSWER, stall=20.0) as narrow:
        found = await answered(recording(tmp_path), narrow, provider.url, 0.3)
    assert (found[0].reason, found[1:]) == (SILENT, [Started("P2", "slow", 2)])


async def test_an_upload_does_not_outlast_the_limit_of_the_caller(tmp_path):
    async with slow_reader(0.004, ANSWER) as narrow:
        with pytest.raises(UpstreamTimeout) as caught:
            await answered(recording(tmp_path), narrow, narrow, 0.3, call_timeout=0.3)
    assert [one["provider"] for one in caught.value.metadata["previous_errors"]] == ["P1"]


async def answer_text(exchange: Exchange) -> None:
    await exchange.reply(200, ANSWER)


async def spaces(exchange: Exchange) -> None:
    """Headers at once, a space now and then, the answer after 1.2 seconds."""
    await exchange.head(content_type="application/json")
    for _ in range(12):
        await exchange.chunk(b" ")
        await asyncio.sleep(0.1)
    await exchange.chunk(json.dumps(whole(exchange.seen.json)).encode())
    await exchange.end()


async def test_spaces_before_an_answer_in_one_piece_are_signs_of_life(provider: Provider, other_provider):
    provider.script("slow", spaces)
    found = await answered(ChatRequest("m", QUESTION), provider.url, other_provider.url, 0.3)
    assert (found, other_provider.requests) == ([Started("P1", "slow", 1)], [])


async def test_signs_of_life_do_not_outlast_the_deadline(provider, other_provider):
    provider.script("slow", spaces)
    with pytest.raises(UpstreamTimeout) as caught:
        await answered(ChatRequest("m", QUESTION), provider.url, other_provider.url, 0.3, deadline=0.8)
    assert caught.value.message == "The answer took longer than the deadline."
    assert other_provider.requests == []
