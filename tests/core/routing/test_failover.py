"""From one provider to the next, over real HTTP."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError, Unavailable, UpstreamUnreachable
from core.contract.events import AnswerMetadata, AttemptFailed, AudioChunk, ChatDelta, Outcome, Started, Used
from core.contract.route import Policy, Route, Secret, Target
from core.contract.speech import SpeechRequest
from core.routing.health import Health
from core.routing.run import run
from tests.core.routing.attempt_log import MemoryAttemptLog
from tests.fakes import scenarios
from tests.fakes.audio import audio_bytes

pytestmark = pytest.mark.anyio

PCM = AudioFormat.PCM
REQUEST = SpeechRequest("m", "Hello")
POLICY = Policy(retries=0, backoff=0.001, max_wait=0.5, deadline=20.0)


def target(number: int, provider, model: str, patience: float = 1.0) -> Target:
    return Target(
        number, f"p{number}", f"P{number}", "openai", provider.url, model, Secret(lambda: "sk-test-1234"),
        format=PCM, options={"timeout": patience, "idle_timeout": patience / 2},
    )  # fmt: skip


def route(*targets: Target, policy: Policy = POLICY) -> Route:
    return Route("m", targets, policy)


async def read(
    way: Route, attempts: MemoryAttemptLog, seen: list, request: ChatRequest | SpeechRequest = REQUEST
) -> list:
    async with aclosing(run(way, request, attempts, Health())) as found:
        async for event in found:
            seen.append(event)
    return seen


async def collect(way: Route, attempts: MemoryAttemptLog) -> list:
    return await read(way, attempts, [])


def audio_of(found: list) -> bytes:
    return b"".join(event.data for event in found if type(event) is AudioChunk)


@pytest.mark.parametrize(
    "fault",
    [
        "limited",
        "failing",
        "nothing",
        "hang-up",
        "denied",
        "no-credit",
        "garbage",
        "error-in-200",
        "redirect",
    ],
)
async def test_a_fault_of_the_first_is_made_good_by_the_second(provider, other_provider, fault):
    attempts = MemoryAttemptLog()
    found = await collect(route(target(1, provider, fault), target(2, other_provider, "ok")), attempts)
    assert (type(found[0]), found[1]) == (AttemptFailed, Started("P2", "ok", 2))
    assert audio_of(found) == audio_bytes(PCM)
    assert type(found[-1]) is Used
    assert attempts.outcomes == [Outcome.FAILED, Outcome.COMPLETED]
    assert (len(provider.requests), len(other_provider.requests)) == (1, 1)
    assert (provider.bills, len(other_provider.bills)) == ([], 1)


async def test_a_fault_that_passes_is_made_good_by_the_same(provider):
    provider.script(
        "shaky", scenarios.status(500), scenarios.status(429, retry_after="0"), scenarios.speech()
    )
    attempts = MemoryAttemptLog()
    found = await collect(route(target(1, provider, "shaky"), policy=Policy(2, 0.001, 0.5, 20.0)), attempts)
    assert audio_of(found) == audio_bytes(PCM)
    assert attempts.outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.COMPLETED]
    assert len(provider.bills) == 1


@pytest.mark.parametrize("fault", ["reset", "cut", "stuck"])
async def test_a_fault_after_the_first_sound_is_nobody_else_s(provider, other_provider, fault):
    attempts = MemoryAttemptLog()
    seen = []
    with pytest.raises(PolyphonyError) as caught:
        await read(route(target(1, provider, fault), target(2, other_provider, "ok")), attempts, seen)
    assert seen[0] == Started("P1", fault, 1)
    assert audio_bytes(PCM).startswith(audio_of(seen))
    assert attempts.closed == [(Outcome.PARTIAL, None, caught.value)]
    assert other_provider.requests == []


async def test_when_both_fail_the_caller_learns_of_both(provider, other_provider):
    way = route(target(1, provider, "denied"), target(2, other_provider, "hang-up"))
    with pytest.raises(UpstreamUnreachable) as caught:
        await collect(way, MemoryAttemptLog())
    assert caught.value.metadata == {
        "provider_name": "P2",
        "previous_errors": [{"provider": "P1", "model": "m", "code": "upstream_auth", "status": 502}],
    }
    assert "sk-test-1234" not in f"{caught.value.envelope()}"


async def test_stopping_reaches_the_provider_at_once(provider):
    attempts = MemoryAttemptLog()
    async with aclosing(run(route(target(1, provider, "slow", 20.0)), REQUEST, attempts, Health())) as found:
        async for event in found:
            if type(event) is AudioChunk:
                break
    assert attempts.outcomes == [Outcome.STOPPED]
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)
    assert len(provider.bills) == 1


async def test_cancelling_while_the_provider_is_silent_reaches_it(provider):
    attempts = MemoryAttemptLog()
    task = asyncio.create_task(collect(route(target(1, provider, "nothing")), attempts))
    seen = await asyncio.to_thread(provider.arrival)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert attempts.outcomes == [Outcome.STOPPED]
    assert await asyncio.to_thread(seen.left.wait, 5)


TALK = ChatRequest("m", ({"role": "user", "content": "Hello"},), streamed=True)


@pytest.mark.parametrize("fault", ["limited", "failing", "hang-up", "garbage", "error-first", "drip", "bomb"])
async def test_a_chat_without_words_is_answered_by_the_second(provider, other_provider, fault):
    attempts = MemoryAttemptLog()
    way = route(target(1, provider, fault), target(2, other_provider, "ok"))
    found = await read(way, attempts, [], TALK)
    assert [type(event) for event in found[:4]] == [AttemptFailed, AnswerMetadata, Started, ChatDelta]
    assert (attempts.outcomes, type(found[-1])) == ([Outcome.FAILED, Outcome.COMPLETED], Used)


@pytest.mark.parametrize("fault", ["truncated", "cut", "reset", "stuck", "error-event"])
async def test_a_chat_that_began_is_never_begun_again(provider, other_provider, fault):
    attempts, seen = MemoryAttemptLog(), []
    way = route(target(1, provider, fault), target(2, other_provider, "ok"))
    with pytest.raises(PolyphonyError):
        await read(way, attempts, seen, TALK)
    assert "".join(event.text for event in seen if type(event) is ChatDelta) == "The quick brown"
    assert (attempts.outcomes, other_provider.requests) == ([Outcome.PARTIAL], [])


def keyed(provider, model: str, *keys: str) -> Target:
    secrets = tuple(Secret(lambda key=key: key, key) for key in keys)
    return replace(target(1, provider, model), credential=secrets[0], credentials=secrets)


def keys_of(provider) -> list[str]:
    return [seen.headers["authorization"].removeprefix("Bearer ") for seen in provider.requests]


@pytest.mark.parametrize("answer", [401, 402, 403, 429])
async def test_the_next_key_makes_good_for_one_that_is_refused(provider, answer):
    provider.script("m", scenarios.status(answer), scenarios.speech())
    attempts, health = MemoryAttemptLog(), Health()
    way = route(keyed(provider, "m", "sk-first-1234", "sk-second-1234"))
    for _ in range(3):
        async with aclosing(run(way, REQUEST, attempts, health)) as found:
            assert audio_of([event async for event in found]) == audio_bytes(PCM)
    assert keys_of(provider) == ["sk-first-1234", *["sk-second-1234"] * 3]
    assert attempts.outcomes == [Outcome.FAILED, *[Outcome.COMPLETED] * 3]
    assert len(provider.bills) == 3


async def test_a_key_that_cannot_be_decrypted_is_passed_over(provider):
    def locked() -> str:
        raise Unavailable("It cannot be decrypted.", code="secret_locked")

    secrets = (Secret(locked, "locked"), Secret(lambda: "sk-second-1234", "second"))
    way = route(replace(target(1, provider, "ok"), credential=secrets[0], credentials=secrets))
    attempts = MemoryAttemptLog()
    assert audio_of(await collect(way, attempts)) == audio_bytes(PCM)
    assert keys_of(provider) == ["sk-second-1234"]
    assert attempts.outcomes == [Outcome.FAILED, Outcome.COMPLETED]


async def test_keys_take_turns(provider):
    health = Health()
    way = route(keyed(provider, "ok", "sk-first-1234", "sk-second-1234"))
    for _ in range(4):
        async with aclosing(run(way, REQUEST, MemoryAttemptLog(), health)) as found:
            assert type([event async for event in found][-1]) is Used
    assert keys_of(provider) == ["sk-first-1234", "sk-second-1234"] * 2


async def test_when_all_keys_are_refused_the_next_provider_answers(provider, other_provider):
    attempts = MemoryAttemptLog()
    way = route(keyed(provider, "denied", "sk-first-1234", "sk-second-1234"), target(2, other_provider, "ok"))
    found = await collect(way, attempts)
    assert audio_of(found) == audio_bytes(PCM)
    assert keys_of(provider) == ["sk-first-1234", "sk-second-1234"]
    assert attempts.outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.COMPLETED]


async def test_a_fault_of_the_provider_is_no_reason_for_another_key(provider):
    with pytest.raises(PolyphonyError):
        await collect(
            route(keyed(provider, "failing", "sk-first-1234", "sk-second-1234")), MemoryAttemptLog()
        )
    assert keys_of(provider) == ["sk-first-1234"]
