"""Limits over HTTP: who is refused, and the headers that tell of what is left."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.access import keys, limits
from core.access.limits import LimitReport, Quota
from core.access.shared_limits import ParallelLimit, RateLimit
from core.api.serializers.limits import duration, limit_headers
from core.models import UsageRecord
from tests.core.api.chat_helpers import ASK as CHAT
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_model
from tests.fakes.chat import chunk
from tests.fakes.server_sent_events import DONE, frame, paced

SPEECH = {"model": "lab/alto", "input": "Hello there", "voice": "ada"}
NAMES = ("ratelimit-", "x-ratelimit-")


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch):
    monkeypatch.setattr(limits, "request_limits", RateLimit("requests"))
    monkeypatch.setattr(limits, "token_limits", RateLimit("tokens"))
    monkeypatch.setattr(limits, "parallel_limits", ParallelLimit("requests"))


def limited(row, **fields: int) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def told(answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith(NAMES)}


def test_a_caller_without_limits_is_told_of_none(live, key, model):
    assert told(live.post("/audio/speech", key, json=SPEECH)) == {}


def test_a_key_hears_what_is_left_and_is_refused_with_the_time_to_wait(live, alice, model):
    key = keys.issue(alice, requests_per_minute=2)[0]
    first, second, third = (live.post("/audio/speech", key, json=SPEECH) for _ in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert told(first) | {"ratelimit-reset": "", "x-ratelimit-reset-requests": ""} == {
        "ratelimit-limit": "2",
        "ratelimit-remaining": "1",
        "ratelimit-reset": "",
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "",
    }
    assert told(third)["ratelimit-remaining"] == "0"
    assert 0 < int(third.headers["retry-after"]) <= 30
    assert 30 <= int(told(third)["ratelimit-reset"]) <= 60
    assert third.json()["error"]["message"] == "This key may make 2 requests a minute."
    assert UsageRecord.objects.count() == 2


def test_a_user_and_a_team_are_limited_over_their_keys(live, alice, bob, charlie, team, model):
    limited(team, requests_per_minute=3)
    limited(alice, requests_per_minute=1)
    hers, his, outsider = ([keys.issue(user)[0] for _ in range(2)] for user in (alice, bob, charlie))
    callers = [*hers, *his, *his, *outsider]
    found = [live.post("/audio/speech", key, json=SPEECH) for key in callers]
    assert [answer.status_code for answer in found] == [200, 429, 200, 200, 429, 429, 200, 200]
    assert found[1].json()["error"]["message"] == "You may make 1 request a minute."
    assert found[4].json()["error"]["message"] == "Your team may make 3 requests a minute."


def test_tokens_that_were_used_are_missing_afterwards(live, alice, lab, provider):
    usage = {"prompt_tokens": 900, "completion_tokens": 300, "total_tokens": 1200}
    provider.script("counts", paced([frame(chunk({"content": "Hello."}, "stop", usage=usage)), DONE]))
    make_chat_model(lab, upstream="counts")
    key = keys.issue(alice, tokens_per_minute=1000)[0]
    first = live.post("/chat/completions", key, json={**CHAT, "stream": True})
    assert (first.status_code, told(first)["x-ratelimit-remaining-tokens"]) == (200, "1000")
    second = live.post("/chat/completions", key, json={**CHAT, "stream": True})
    assert (second.status_code, told(second)["x-ratelimit-remaining-tokens"]) == (429, "0")
    # 200 below nothing, at 1000 a minute
    assert 8 <= int(second.headers["retry-after"]) <= 13


def test_a_request_beyond_those_at_a_time_is_refused_until_one_has_ended(live, alice, lab, provider):
    begun, end = threading.Event(), threading.Event()

    async def held(exchange):
        begun.set()
        await asyncio.to_thread(end.wait, 30)
        await exchange.reply(200, b"x" * 512, "audio/mpeg")

    provider.script("held", held)
    make_model(lab, "lab/slow", upstream="held")
    limited(alice, parallel_requests=1)
    one, other = (keys.issue(alice)[0] for _ in range(2))
    asking = {**SPEECH, "model": "lab/slow"}
    answers: list = []
    live.refresh()
    thread = threading.Thread(target=lambda: answers.append(live.post("/audio/speech", one, json=asking)))
    thread.start()
    assert begun.wait(20)
    refused = live.post("/audio/speech", other, json=asking)
    end.set()
    thread.join(20)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["error"]["message"] == "You may have 1 request at a time."
    assert refused.json()["error"]["metadata"]["provider_code"] == "too_many_parallel"
    assert answers[0].status_code == 200
    assert live.post("/audio/speech", other, json=asking).status_code == 200


def test_where_only_tokens_are_limited_the_standard_names_are_of_them():
    report = LimitReport(tokens=Quota(1000, 250, 45.2))
    assert dict(limit_headers(report)) == {
        b"ratelimit-limit": b"1000",
        b"ratelimit-remaining": b"250",
        b"ratelimit-reset": b"46",
        b"x-ratelimit-limit-tokens": b"1000",
        b"x-ratelimit-remaining-tokens": b"250",
        b"x-ratelimit-reset-tokens": b"45.2s",
    }


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0ms"), (0.15, "150ms"), (1, "1s"), (1.44, "1.5s"), (59.99, "1m0s"), (360, "6m0s")],
)
def test_durations_are_written_as_openai_does(seconds, text):
    assert duration(seconds) == text
