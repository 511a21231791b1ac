"""The cache of answers over HTTP: off unless it is asked for, exact, the caller's own, free of charge."""

from __future__ import annotations

import os
import re
import time
from decimal import Decimal

import httpx
import pytest

from core.access import keys
from core.models import Attempt, Budget, ProviderKey, UsageRecord
from tests.core.api.chat_helpers import ASK, chunks, make_chat_model
from tests.core.api.conftest import make_model
from tests.core.api.embedding_helpers import HELLO, make_embedding_model
from tests.core.api.image_helpers import FOX, make_image_model
from tests.core.api.transcription_helpers import PATH, WAV, make_transcription_model
from tests.fakes import scenarios
from tests.fakes.chat import TEXT, chat
from tests.fakes.redis_database import current
from tests.live import start

ONCE = {"count": 1, "on_codes": [418]}
"""No status is tried again."""
CACHE = {"cache": {"type": "exact_match"}}
ON = {"X-OpenRouter-Cache": "true"}
SPEAK = {"model": "lab/alto", "input": "Hello there"}
USAGE = re.compile(rb'"usage":\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}')
NUMBER = re.compile(rb"\d+(\.\d+)?")
FRESH = re.compile(rb'gen-\d+-\w+|"created(?:_at)?":\d+|"completed_at":\d+|(?:resp|msg|rs)_[\w-]+')


@pytest.fixture(params=["disk", "redis"])
def store(request, settings):
    """Both stores; Redis where it answers."""
    settings.REDIS_URL = ""
    if request.param == "disk":
        yield
        return
    redis = pytest.importorskip("redis")
    database = redis.Redis.from_url(current(), socket_connect_timeout=1)
    try:
        database.ping()
    except redis.exceptions.RedisError:
        pytest.skip("no Redis answers")
    forget(database)
    settings.REDIS_URL = current()
    yield
    forget(database)
    database.close()


def forget(database) -> None:
    for name in database.scan_iter("polyphony:answers:*"):
        database.delete(name)


@pytest.fixture
def talker(lab):
    return make_chat_model(lab, upstream="talker")


def ask(live, key, headers=None, **fields) -> httpx.Response:
    return live.post("/chat/completions", key, json={**ASK, **fields}, headers=headers or {})


def status(answer: httpx.Response) -> str | None:
    return answer.headers.get("x-openrouter-cache-status")


def statuses(*answers: httpx.Response) -> list[str | None]:
    return [status(answer) for answer in answers]


REQUESTS = {
    "chat": lambda live, key: ask(live, key, ON),
    "stream": lambda live, key: ask(live, key, ON, stream=True),
    "responses": lambda live, key: live.post(
        "/responses", key, json={"model": "lab/talker", "input": "Hi"}, headers=ON
    ),
    "responses stream": lambda live, key: live.post(
        "/responses", key, json={"model": "lab/talker", "input": "Hi", "stream": True}, headers=ON
    ),
    "speech": lambda live, key: live.post("/audio/speech", key, json=SPEAK, headers=ON),
    "speech events": lambda live, key: live.post(
        "/audio/speech", key, json={**SPEAK, "stream_format": "sse"}, headers=ON
    ),
    "transcription": lambda live, key: listen(live, key),
    "transcription stream": lambda live, key: listen(live, key, stream="true"),
    "translation": lambda live, key: listen(live, key, path="/audio/translations"),
    "embedding": lambda live, key: live.post("/embeddings", key, json=HELLO, headers=ON),
    "image": lambda live, key: live.post("/images/generations", key, json=FOX, headers=ON),
    "image stream": lambda live, key: live.post(
        "/images/generations", key, json={**FOX, "stream": True, "partial_images": 2}, headers=ON
    ),
}


def listen(live, key, path=PATH, **fields) -> httpx.Response:
    return live.post(
        path, key, data={"model": "lab/ear", **fields}, files={"file": ("a.wav", WAV)}, headers=ON
    )


def make_models(lab) -> None:
    make_chat_model(lab, upstream="talker")
    make_model(lab, "lab/alto", upstream="ok")
    make_transcription_model(lab)
    make_image_model()
    make_embedding_model()


@pytest.mark.parametrize("name", REQUESTS)
def test_the_same_request_is_answered_from_the_cache(live, key, lab, provider, store, name):
    make_models(lab)
    first, second = (REQUESTS[name](live, key) for _ in range(2))
    assert [first.status_code, second.status_code, *statuses(first, second)] == [200, 200, "MISS", "HIT"]
    assert second.headers["content-type"] == first.headers["content-type"]
    assert contents(second) == contents(first)
    made, cached = UsageRecord.objects.order_by("id")
    assert (cached.state, cached.outcome, cached.basis, cached.cost) == ("settled", "completed", "cached", 0)
    assert (cached.cached_from, cached.units, cached.budgets) == (made.public_id, {}, [])
    assert (cached.provider, cached.model, cached.task) == (made.provider, made.model, made.task)
    assert [attempt.record for attempt in Attempt.objects.all()] == [made.public_id]
    assert second.headers["x-openrouter-cache-source-id"] == made.public_id
    assert second.headers["x-generation-id"] == cached.public_id != made.public_id
    assert second.headers["x-polyphony-attempts"] == "0"


def contents(answer: httpx.Response) -> bytes:
    """The body; of text without what is each request's own: ids, usage and other numbers."""
    if not is_text(answer):
        return answer.content
    return NUMBER.sub(b"0", provided(answer.content))


def provided(body: bytes) -> bytes:
    """The body without ids, the time it was made and the usage: what a provider said of it."""
    return USAGE.sub(b"", FRESH.sub(b"", body))


def is_text(answer: httpx.Response) -> bool:
    return answer.headers["content-type"].startswith(("text/", "application/json"))


def test_a_stream_is_replayed_in_the_chunks_it_was_made_of(live, key, talker, store):
    first, second = (ask(live, key, ON, stream=True) for _ in range(2))
    assert statuses(first, second) == ["MISS", "HIT"]
    assert provided(second.content) == provided(first.content)
    assert len(chunks(second.text)) > len(TEXT.split())


def test_nothing_is_cached_unless_it_is_asked_for(live, key, talker, provider):
    first, second = (ask(live, key) for _ in range(2))
    asked = ask(live, key, ON)
    assert statuses(first, second, asked) == [None, None, "MISS"]
    assert len(provider.requests) == 3


def test_the_body_asks_as_the_header_does(live, key, talker, provider):
    answers = [ask(live, key, **CACHE), ask(live, key, ON), ask(live, key, **CACHE)]
    assert statuses(*answers) == ["MISS", "HIT", "HIT"]
    assert [answer.headers["x-openrouter-cache-ttl"] for answer in answers] == ["1800"] * 3
    assert len(provider.requests) == 1


def test_the_header_says_no_to_the_body(live, key, talker):
    first, second = (ask(live, key, {"X-OpenRouter-Cache": "false"}, **CACHE) for _ in range(2))
    assert statuses(first, second) == [None, None]


@pytest.mark.parametrize(
    "other",
    [
        {"temperature": 0.5},
        {"stream": True},
        {"messages": [{"role": "user", "content": "Tell me of the fox!"}]},
        {"provider": {"options": {"lab": {"top_k": 3}}}},
    ],
)
def test_another_request_has_another_answer(live, key, talker, provider, other):
    assert statuses(ask(live, key, ON), ask(live, key, ON, **other)) == ["MISS", "MISS"]
    assert len(provider.requests) == 2


def test_a_file_counts_by_its_content(live, key, lab, provider):
    make_transcription_model(lab)

    def hear(name: str, content: bytes) -> httpx.Response:
        files = {"file": (name, content)}
        return live.post(PATH, key, data={"model": "lab/ear"}, files=files, headers=ON)

    answers = [hear("a.wav", WAV), hear("b.wav", WAV), hear("a.wav", WAV[:-2] + b"\1\1")]
    assert statuses(*answers) == ["MISS", "HIT", "MISS"]


def test_usage_and_cost_of_a_hit_are_zero(live, key, talker):
    ask(live, key, ON)
    usage = ask(live, key, ON).json()["usage"]
    assert (usage["cost"], usage["total_tokens"]) == (0, 0)


def test_generation_names_the_source(live, key, talker):
    first, second = (ask(live, key, ON).headers["x-generation-id"] for _ in range(2))
    found = [live.get(f"/generation?id={id}", key).json()["data"] for id in (first, second)]
    fields = ("response_cache_source_id", "basis", "provider_responses")
    assert [found[1][name] for name in fields] == [first, "cached", []]
    assert (found[1]["total_cost"], found[0]["response_cache_source_id"]) == (0, None)


def test_an_answer_expires(live, key, talker, provider):
    wait = {**ON, "X-OpenRouter-Cache-TTL": "1"}
    first = ask(live, key, wait)
    time.sleep(1.1)
    assert statuses(first, ask(live, key, wait)) == ["MISS", "MISS"]
    assert first.headers["x-openrouter-cache-ttl"] == "1"


@pytest.mark.parametrize(
    ("headers", "fields", "param"),
    [
        ({"X-OpenRouter-Cache": "perhaps"}, {}, "X-OpenRouter-Cache"),
        ({**ON, "X-OpenRouter-Cache-TTL": "0"}, {}, "X-OpenRouter-Cache-TTL"),
        ({**ON, "X-OpenRouter-Cache-TTL": "259201"}, {}, "X-OpenRouter-Cache-TTL"),
        ({}, {"cache": {"type": "semantic"}}, "cache.type"),
        ({}, {"cache": {"type": "exact_match", "ttl": 259_201}}, "cache.ttl"),
        ({}, {"cache": True}, "cache"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_by_name(live, key, talker, headers, fields, param):
    answer = ask(live, key, headers, **fields)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_clear_makes_the_answer_anew(live, key, talker, provider, store):
    provider.script("talker", chat("One."), chat("Two."), chat("Three."))
    clear = {**ON, "X-OpenRouter-Cache-Clear": "true"}
    answers = [ask(live, key, headers) for headers in (ON, ON, clear, ON)]
    assert statuses(*answers) == ["MISS", "HIT", "MISS", "HIT"]
    texts = [answer.json()["choices"][0]["message"]["content"] for answer in answers]
    assert texts == ["One.", "One.", "Two.", "Two."]


def test_a_failed_answer_is_not_kept(live, key, talker, provider):
    provider.script("talker", chat(count=3, then="reset"), chat())
    first = ask(live, key, ON, stream=True)
    second = ask(live, key, ON, stream=True)
    assert ("error" in first.text, status(second)) == (True, "MISS")
    assert len(provider.requests) == 2


@pytest.mark.parametrize("stream", [True, False])
def test_an_error_says_that_the_cache_was_asked(live, key, talker, provider, stream):
    provider.script("talker", scenarios.status(500))
    asked, unasked = (ask(live, key, headers, stream=stream, retry=ONCE) for headers in (ON, {}))
    assert ([asked.status_code, unasked.status_code], statuses(asked, unasked)) == (
        [502, 502],
        ["MISS", None],
    )


def test_an_answer_above_the_bound_is_not_kept(live, key, talker, provider, settings):
    settings.ANSWER_CACHE_MB = 1
    provider.script("talker", chat("x" * 200_000))
    assert statuses(ask(live, key, ON), ask(live, key, ON)) == ["MISS", "MISS"]


def test_a_server_without_a_cache_answers_all_the_same(live, key, talker, settings):
    settings.ANSWER_CACHE_MB = 0
    first, second = (ask(live, key, ON) for _ in range(2))
    assert [first.status_code, second.status_code, *statuses(first, second)] == [200, 200, None, None]


def test_servers_share_what_is_cached(live, key, talker, provider, store):
    other = start()
    try:
        assert statuses(ask(live, key, ON), ask(other, key, ON)) == ["MISS", "HIT"]
        clear = {**ON, "X-OpenRouter-Cache-Clear": "true"}
        assert statuses(ask(other, key, clear), ask(live, key, ON)) == ["MISS", "HIT"]
    finally:
        other.stop()
    assert len(provider.requests) == 2


def test_an_entry_is_private_and_has_no_key_of_a_provider(live, key, lab, talker, settings):
    settings.REDIS_URL = ""
    ProviderKey.objects.create(provider=lab, secret="sk-lab-0123456789abcdef")
    ask(live, key, ON)
    (path,) = (settings.VAR / "answers").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    assert (b"fox" in content, b"sk-lab" in content, key.encode() in content) == (True, False, False)


def test_a_broken_entry_is_a_miss(live, key, talker, settings):
    settings.REDIS_URL = ""
    ask(live, key, ON)
    (path,) = (settings.VAR / "answers").iterdir()
    with path.open("r+b") as file:
        file.seek(-5, 2)
        file.write(b"?")
    os.utime(path, (time.time() + 60, time.time() + 60))
    assert statuses(ask(live, key, ON), ask(live, key, ON)) == ["MISS", "HIT"]


def test_each_user_has_a_cache_of_their_own(live, key, talker, store, bob, charlie):
    theirs, outsiders = keys.issue(bob)[0], keys.issue(charlie)[0]
    assert statuses(ask(live, key, ON), ask(live, theirs, ON), ask(live, outsiders, ON)) == ["MISS"] * 3


def test_keys_of_a_user_share_a_cache(live, key, alice, talker):
    assert statuses(ask(live, key, ON), ask(live, keys.issue(alice)[0], ON)) == ["MISS", "HIT"]


def test_a_team_shares_its_cache_where_an_admin_says_so(live, key, talker, store, team, bob, charlie):
    team.shared_cache = True
    team.save()
    theirs, outsiders = keys.issue(bob)[0], keys.issue(charlie)[0]
    answers = [ask(live, each, ON) for each in (key, theirs, outsiders)]
    assert statuses(*answers) == ["MISS", "HIT", "MISS"]
    assert UsageRecord.objects.get(basis="cached").user == bob


def test_a_key_has_a_cache_of_its_own_where_an_admin_says_so(live, key, alice, talker, team):
    team.shared_cache = True
    team.save()
    apart = keys.issue(alice, own_cache=True)[0]
    answers = [ask(live, each, ON) for each in (key, apart, apart, key)]
    assert statuses(*answers) == ["MISS", "MISS", "HIT", "HIT"]


def test_a_hit_needs_no_budget_left(live, key, alice, talker):
    budget = Budget.objects.create(user=alice, limit=Decimal("1"))
    first = ask(live, key, ON, max_tokens=50)
    Budget.objects.filter(id=budget.id).update(limit=Decimal(0), spent=0)
    second, third = ask(live, key, ON, max_tokens=50), ask(live, key, max_tokens=50)
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 402]
    budget.refresh_from_db()
    assert (status(second), budget.spent, budget.reserved) == ("HIT", 0, 0)


def test_a_revoked_key_gets_nothing_from_the_cache(live, key, alice, talker):
    ask(live, key, ON)
    keys.revoke(alice.api_keys.get())
    assert ask(live, key, ON).status_code == 401


def test_a_model_that_is_not_allowed_is_refused(live, key, alice, talker):
    ask(live, key, ON)
    other = keys.issue(alice, allowed_models=["lab/other"])[0]
    assert ask(live, other, ON).status_code == 403


def test_a_retired_model_is_refused(live, key, talker):
    ask(live, key, ON)
    talker.delete()
    assert ask(live, key, ON).status_code == 404


def test_an_idempotent_request_is_answered_as_it_was(live, key, talker, provider):
    once = {**ON, "Idempotency-Key": "order-7"}
    first, again, other = ask(live, key, once), ask(live, key, once), ask(live, key, ON)
    assert again.content == first.content
    assert statuses(first, again, other) == ["MISS", "MISS", "HIT"]
    assert (len(provider.requests), UsageRecord.objects.count()) == (1, 2)
    hit = {**ON, "Idempotency-Key": "order-8"}
    kept = [ask(live, key, hit) for _ in range(2)]
    assert (kept[0].content, statuses(*kept)) == (kept[1].content, ["HIT", "HIT"])
    assert UsageRecord.objects.count() == 3
