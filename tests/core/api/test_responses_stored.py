"""Responses that are stored for the next requests of their user, and of nobody else."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from core import stored_responses
from core.access import keys
from core.models import StoredResponse
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.responses_helpers import ASK, streamed
from tests.fakes.chat import TEXT
from tests.fakes.chat import whole as whole_answer
from tests.fakes.images import noise

QUESTION = {"role": "user", "content": ASK["input"]}
ANSWER = {"role": "assistant", "content": [{"type": "text", "text": TEXT}]}
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}


@pytest.fixture(autouse=True)
def talker(lab):
    return make_chat_model(lab)


@pytest.fixture
def strangers(bob, charlie) -> list[str]:
    """Keys of Alice's teammate and of an outsider."""
    return [keys.issue(user, name="laptop")[0] for user in (bob, charlie)]


def ask(live, key, **fields):
    return live.post("/responses", key, json={**ASK, **fields})


def picture_message(size: int) -> dict:
    picture = f"data:image/png;base64,{base64.b64encode(noise(size)).decode()}"
    return {"role": "user", "content": [{"type": "input_image", "image_url": picture}]}


def asked(provider) -> list[dict]:
    return provider.requests[-1].json["messages"]


def whole(live, key, **fields) -> dict:
    return ask(live, key, **fields).json()


def from_stream(live, key, **fields) -> dict:
    return streamed(live, key, **fields)[1][-1]["response"]


@pytest.mark.parametrize("first", [whole, from_stream])
@pytest.mark.parametrize("second", [whole, from_stream])
def test_a_conversation_goes_on_from_the_previous_response(live, key, provider, first, second):
    begun = first(live, key, instructions="Be brief.")
    assert begun["store"] is True
    found = second(live, key, input="And the dog?", previous_response_id=begun["id"])
    assert found["previous_response_id"] == begun["id"]
    assert asked(provider) == [QUESTION, ANSWER, {"role": "user", "content": "And the dog?"}]
    second(live, key, input="And the cat?", previous_response_id=found["id"])
    assert [message["role"] for message in asked(provider)] == ["user", "assistant"] * 2 + ["user"]


def test_items_are_referred_to_by_their_ids(live, key, provider):
    item = ask(live, key).json()["output"][0]["id"]
    given = [QUESTION, {"type": "item_reference", "id": item}, {"role": "user", "content": "And?"}]
    assert ask(live, key, input=given).status_code == 200
    assert asked(provider) == [QUESTION, ANSWER, given[-1]]
    assert ask(live, key, input=[QUESTION, {"id": item}]).status_code == 200
    assert asked(provider) == [QUESTION, ANSWER]


def test_a_tool_call_is_answered_after_the_previous_response(live, key, lab, provider):
    make_chat_model(lab, slug="lab/caller", upstream="tool")
    begun = ask(live, key, model="lab/caller", tools=[WEATHER]).json()
    call = next(item for item in begun["output"] if item["type"] == "function_call")
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "Rain"}
    assert ask(live, key, input=[result], previous_response_id=begun["id"]).status_code == 200
    *_, said, told = asked(provider)
    assert [one["id"] for one in said["tool_calls"]] == [call["call_id"]]
    assert told == {"role": "tool", "tool_call_id": call["call_id"], "content": "Rain"}


@pytest.mark.parametrize("size", [100, 5000, 300_000])
def test_a_picture_is_sent_again_with_the_next_turn(live, key, provider, size):
    message = picture_message(size)
    begun = ask(live, key, input=[message]).json()
    assert ask(live, key, input="What is it?", previous_response_id=begun["id"]).status_code == 200
    assert asked(provider)[0]["content"] == [
        {"type": "image_url", "image_url": {"url": message["content"][0]["image_url"]}}
    ]


@pytest.mark.parametrize("act", ["previous", "reference", "read", "delete"])
def test_what_is_anothers_is_not_found(live, key, strangers, provider, act):
    begun = ask(live, key).json()
    refusals = []
    for stranger, id, item in [
        *[(one, begun["id"], begun["output"][0]["id"]) for one in strangers],
        (key, "resp_nothing", "msg_nothing"),
    ]:
        answer = {
            "previous": lambda who, id, item: ask(live, who, previous_response_id=id),
            "reference": lambda who, id, item: ask(live, who, input=[{"type": "item_reference", "id": item}]),
            "read": lambda who, id, item: live.get(f"/responses/{id}", who),
            "delete": lambda who, id, item: live.request("DELETE", f"/responses/{id}", who),
        }[act](stranger, id, item)
        error = answer.json()["error"]
        message = error["message"].replace(id, "ID").replace(item, "ID")
        refusals.append((answer.status_code, error["param"], message))
    assert [status for status, *_ in refusals] == [404, 404, 404]
    assert len(set(refusals)) == 1
    assert (len(provider.requests), StoredResponse.objects.count()) == (1, 1)


def test_all_keys_of_a_user_see_the_same(live, key, alice):
    begun = ask(live, key).json()
    other = keys.issue(alice, name="phone")[0]
    assert live.get(f"/responses/{begun['id']}", other).json() == begun


def test_a_response_is_read_as_it_was_sent_and_deleted(live, key):
    begun = ask(live, key, metadata={"a": "b"}).json()
    assert live.get(f"/responses/{begun['id']}", key).json() == begun
    answer = live.request("DELETE", f"/responses/{begun['id']}", key)
    assert answer.json() == {"id": begun["id"], "object": "response", "deleted": True}
    assert live.get(f"/responses/{begun['id']}", key).status_code == 404
    assert ask(live, key, previous_response_id=begun["id"]).status_code == 404


def test_store_false_is_obeyed(live, key):
    begun = ask(live, key, store=False).json()
    assert (begun["store"], StoredResponse.objects.count()) == (False, 0)
    assert ask(live, key, previous_response_id=begun["id"]).status_code == 404


def test_a_server_may_keep_nothing(live, key, settings):
    settings.RESPONSES_RETENTION_HOURS = 0
    assert (ask(live, key, store=True).json()["store"], StoredResponse.objects.count()) == (False, 0)


@pytest.mark.parametrize("upstream", ["cut", "limited"])
def test_an_answer_that_broke_off_is_not_stored(live, key, lab, upstream):
    make_chat_model(lab, slug="lab/broken", upstream=upstream)
    ask(live, key, model="lab/broken", stream=True)
    assert StoredResponse.objects.count() == 0


def test_what_has_expired_is_not_found_and_swept(live, key):
    begun, other = ask(live, key).json(), ask(live, key).json()
    StoredResponse.objects.filter(id=begun["id"]).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert live.get(f"/responses/{begun['id']}", key).status_code == 404
    assert ask(live, key, previous_response_id=begun["id"]).status_code == 404
    assert stored_responses.sweep() == 1
    assert list(StoredResponse.objects.values_list("id", flat=True)) == [other["id"]]


def test_a_user_keeps_the_newest(live, key, strangers, monkeypatch):
    monkeypatch.setattr(stored_responses, "MOST", 2)
    kept = [ask(live, who).json()["id"] for who in (strangers[0], key, key, key)]
    assert set(StoredResponse.objects.values_list("id", flat=True)) == {kept[0], *kept[2:]}
    monkeypatch.setattr(stored_responses, "MOST_BYTES", StoredResponse.objects.get(id=kept[3]).size * 3 // 2)
    last = ask(live, key).json()["id"]
    assert set(StoredResponse.objects.values_list("id", flat=True)) == {kept[0], last}


@pytest.mark.parametrize("padding", [None, 0, 90_000])
def test_what_is_too_large_is_not_kept_and_says_so(live, key, monkeypatch, padding):
    given = ASK["input"] if padding is None else [picture_message(padding)]
    monkeypatch.setattr(stored_responses, "LARGEST", 100)
    assert (ask(live, key, input=given).json()["store"], StoredResponse.objects.count()) == (False, 0)


def test_a_database_that_fails_costs_the_memory_not_the_answer(live, key, monkeypatch):
    def fail(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(stored_responses, "save", fail)
    found = ask(live, key).json()
    assert (found["store"], found["status"]) == (False, "completed")


def test_a_refusal_of_an_own_item_names_its_place(live, key, provider):
    begun = ask(live, key).json()
    for given, param in [
        ([{"role": "nobody", "content": "x"}], "input[0].role"),
        ([QUESTION, {"type": "item_reference", "id": "msg_none"}], "input[1].id"),
    ]:
        answer = ask(live, key, input=given, previous_response_id=begun["id"])
        assert answer.json()["error"]["param"] == param
    assert len(provider.requests) == 1


def test_reasoning_with_the_ciphertext_of_a_provider_is_found_by_its_own_id(live, key, provider, lab):
    detail = {"type": "reasoning.encrypted", "id": "rs_theirs", "data": "x", "format": "f"}

    async def sealed(exchange):
        answer = whole_answer(exchange.seen.json)
        answer["choices"][0]["message"]["reasoning_details"] = [detail]
        exchange.bill()
        await exchange.reply(200, json.dumps(answer).encode())

    provider.script("sealed", sealed)
    make_chat_model(lab, slug="lab/sealed", upstream="sealed")
    begun = ask(live, key, model="lab/sealed").json()
    ids = [item["id"] for item in begun["output"]]
    assert "rs_theirs" in ids
    given = [QUESTION, *({"type": "item_reference", "id": id} for id in ids)]
    assert ask(live, key, input=given).status_code == 200
