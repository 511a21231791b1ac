"""`Idempotency-Key`: a request that is sent again is answered again, not charged again."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from django.utils import timezone

from core import idempotency
from core.access import keys
from core.ledger.store import heartbeat
from core.models import Budget, IdempotentRequest, UsageRecord
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.core.api.conftest import make_model
from tests.core.api.records import settled_record
from tests.core.api.test_leaving import reset
from tests.core.api.transcription_helpers import PATH, WAV, make_transcription_model
from tests.core.server.processes import wait_until
from tests.fakes.chat import TEXT, chat
from tests.fakes.scenarios import status

KEY = {"Idempotency-Key": "order-7"}
SPEAK = {"model": "lab/alto", "input": "Hello there"}


@pytest.fixture(autouse=True)
def talker(lab):
    return make_chat_model(lab, upstream="talker")


def ask(live, key, headers=KEY, path="/chat/completions", **fields) -> httpx.Response:
    return live.post(path, key, json={**ASK, **fields}, headers=headers)


def replayed(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def form(live, key) -> httpx.Response:
    """A form; it has another boundary every time."""
    return live.post(PATH, key, data={"model": "lab/ear"}, files={"file": ("a.wav", WAV)}, headers=KEY)


REQUESTS = {
    "chat": lambda live, key: ask(live, key),
    "stream": lambda live, key: ask(live, key, stream=True),
    "responses": lambda live, key: live.post(
        "/responses", key, json={"model": "lab/talker", "input": "Hi"}, headers=KEY
    ),
    "speech": lambda live, key: live.post("/audio/speech", key, json=SPEAK, headers=KEY),
    "transcription": form,
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_same_request_gets_the_same_answer(live, key, lab, provider, name):
    make_model(lab, "lab/alto", upstream="ok")
    make_transcription_model(lab)
    first, second = (REQUESTS[name](live, key) for _ in range(2))
    assert (first.status_code, replayed(first)) == (200, False)
    assert (second.status_code, replayed(second), second.content) == (200, True, first.content)
    same = ("content-type", "x-generation-id", "x-polyphony-cost", "content-length")
    assert [second.headers.get(name) for name in same[:3]] == [first.headers.get(name) for name in same[:3]]
    assert (len(provider.requests), UsageRecord.objects.count()) == (1, 1)


@pytest.mark.parametrize("other", [{"max_tokens": 5}, {"path": "/responses", "input": "Hi"}])
def test_another_request_with_the_same_key_is_refused(live, key, provider, other):
    ask(live, key)
    answer = ask(live, key, **other)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (422, "idempotency_error")
    assert error["metadata"]["provider_code"] == "idempotency_mismatch"
    assert len(provider.requests) == 1


def test_keys_are_their_owners(live, key, provider, bob):
    theirs = keys.issue(bob, name="laptop")[0]
    assert not replayed(ask(live, key))
    assert not replayed(ask(live, theirs))
    assert len(provider.requests) == 2


@pytest.fixture
def held(provider):
    """The provider answers once this is set."""
    go_on = threading.Event()

    async def answer(exchange):
        await asyncio.to_thread(go_on.wait)
        await chat()(exchange)

    provider.script("talker", answer)
    yield go_on
    go_on.set()


async def at_once(live, key, **fields) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {key}", **KEY}
    async with httpx.AsyncClient(trust_env=False, timeout=30, headers=headers) as client:
        asked = (client.post(f"{live.api}/chat/completions", json={**ASK, **fields}) for _ in range(20))
        return await asyncio.gather(*asked)


@pytest.mark.parametrize("stream", [False, True])
def test_requests_at_once_are_one_call(live, key, provider, stream):
    provider.script("talker", chat(delay=0.05))
    live.refresh()
    answers = asyncio.run(at_once(live, key, stream=stream))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert sorted(map(replayed, answers)) == [False] + [True] * 19
    assert (len(provider.requests), UsageRecord.objects.count()) == (1, 1)


def leave(live, key, provider, **fields) -> None:
    """Send a request and leave once the provider has it."""
    live.refresh()
    headers = {"Authorization": f"Bearer {key}", **KEY}
    with pytest.raises(httpx.ReadTimeout), httpx.Client(trust_env=False) as client:
        client.post(f"{live.api}/chat/completions", headers=headers, json={**ASK, **fields}, timeout=0.5)
    provider.arrival()


def test_who_waits_too_long_is_told_to_come_again(live, key, provider, held, monkeypatch):
    monkeypatch.setattr("core.api.http.idempotency.WAIT", 0.0)
    leave(live, key, provider)
    second = ask(live, key)
    assert (second.status_code, second.headers["retry-after"]) == (409, "1")
    assert second.json()["error"]["metadata"]["provider_code"] == "idempotency_in_progress"
    held.set()
    settled_record("completed")
    monkeypatch.setattr("core.api.http.idempotency.WAIT", 10.0)
    assert replayed(ask(live, key))


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_finished_for_a_client_that_left(live, key, provider, held, stream):
    leave(live, key, provider, stream=stream)
    held.set()
    again = ask(live, key, stream=stream)
    assert replayed(again)
    assert TEXT.split()[-1] in again.text
    assert settled_record("completed").state == "settled"
    assert len(provider.requests) == 1


def test_a_refusal_is_not_kept(live, key, provider, alice):
    budget = Budget.objects.create(user=alice, limit=Decimal("0.000001"))
    assert ask(live, key).status_code == 402
    Budget.objects.filter(pk=budget.pk).update(limit=1)
    again = ask(live, key)
    assert (again.status_code, replayed(again)) == (200, False)


def test_a_failure_is_kept_where_it_was_charged(live, key, provider):
    provider.script("talker", reset, reset, chat())
    first, second = ask(live, key), ask(live, key)
    assert (first.status_code, second.status_code, replayed(second)) == (502, 502, True)
    assert (second.json(), len(provider.requests)) == (first.json(), 2)


def test_a_failure_that_cost_nothing_is_tried_again(live, key, provider):
    provider.script("talker", status(400, {"error": {"message": "No."}}), chat())
    first, second = ask(live, key), ask(live, key)
    assert (first.status_code, second.status_code, replayed(second)) == (400, 200, False)


def test_an_answer_too_large_to_keep_is_not_made_again(live, key, provider, monkeypatch):
    monkeypatch.setattr("core.api.http.idempotency.LARGEST", 10)
    monkeypatch.setattr(idempotency, "LARGEST", 10)
    assert ask(live, key).status_code == 200
    again = ask(live, key)
    assert (again.status_code, len(provider.requests)) == (409, 1)
    assert again.json()["error"]["metadata"]["provider_code"] == "idempotency_too_large"


@pytest.mark.parametrize("key_sent", ["", "x" * 256, "caf\u00e9"])
def test_a_bad_key_is_refused(live, key, provider, key_sent):
    answer = ask(live, key, headers=[("Idempotency-Key", key_sent.encode("latin-1"))])
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "Idempotency-Key")
    assert provider.requests == []


def test_answers_are_kept_for_a_day_and_a_bounded_number(live, key, alice, monkeypatch):
    monkeypatch.setattr(idempotency, "MOST", 2)
    for number in range(3):
        ask(live, key, headers={"Idempotency-Key": str(number)})
    # an answer is kept after its last byte has left
    wait_until(lambda: IdempotentRequest.objects.filter(key="2", finished=True).exists())
    assert sorted(IdempotentRequest.objects.values_list("key", flat=True)) == ["1", "2"]
    IdempotentRequest.objects.filter(key="1").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not replayed(ask(live, key, headers={"Idempotency-Key": "1"}))


def test_claims_of_dead_processes_are_given_up(alice):
    for name, process in (("ours", heartbeat.token()), ("theirs", "dead")):
        assert idempotency.claim(alice.pk, name, "digest", process) is None
    assert idempotency.sweep([heartbeat.token()]) == 1
    assert IdempotentRequest.objects.get().key == "ours"
