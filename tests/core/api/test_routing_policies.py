"""What an admin decided about routing, over real HTTP: it counts where the caller says nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from core.catalogue import lookup, snapshot
from core.contract.routing import Hedge
from core.models import ApiKey, Attempt, BalancedModel, Budget, FallbackModel, RoutingPolicy, UsageRecord
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_model, make_provider
from tests.core.api.records import settled_record
from tests.core.api.test_hedge import late
from tests.core.api.test_routing import SPARE, ask, asked, attempts, dearer, spare
from tests.fakes.chat import TEXT, chat

__all__ = ["spare"]


@pytest.fixture
def talker(lab):
    """`lab/talker` fails."""
    return make_chat_model(lab, upstream="failing")


def decide(model, *fallbacks, **fields: Any) -> None:
    """The admin's policy for a model; without further tries unless it says so."""
    RoutingPolicy.objects.create(model=model, **{"retries": 0, **fields})
    for position, fallback in enumerate(fallbacks):
        FallbackModel.objects.create(model=model, fallback=fallback, position=position)


def test_a_model_falls_back_as_the_admin_says(live, key, lab, provider, talker, spare):
    decide(talker, spare)
    answer = ask(live, key)
    assert (answer.status_code, answer.json()["model"]) == (200, "lab/spare")
    assert answer.json()["choices"][0]["message"]["content"] == TEXT
    assert attempts() == [("failing", "failed", 502), ("spare", "completed", None)]
    assert settled_record("completed").cost == SPARE


def test_fallbacks_are_asked_in_their_order(live, key, lab, provider, talker, spare):
    other = make_chat_model(lab, slug="lab/other", upstream="limited")
    RoutingPolicy.objects.create(model=other, retries=0)
    decide(talker, other, spare)
    assert ask(live, key).json()["model"] == "lab/spare"
    assert asked(provider) == ["failing", "limited", "spare"]


def test_an_empty_list_of_the_caller_asks_for_no_other_model(live, key, lab, provider, talker, spare):
    decide(talker, spare)
    assert ask(live, key, fallbacks=[]).status_code == 502
    assert asked(provider) == ["failing"]


def test_the_callers_models_replace_the_admins(live, key, lab, provider, talker, spare):
    own = make_chat_model(lab, slug="lab/own", upstream="own")
    decide(talker, own)
    assert ask(live, key, fallbacks=["lab/spare"]).json()["model"] == "lab/spare"
    assert asked(provider) == ["failing", "spare"]


@pytest.mark.parametrize(("codes", "models"), [([500], ["failing", "spare"]), ([429], ["failing"])])
def test_statuses_after_which_it_falls_back(live, key, lab, provider, talker, spare, codes, models):
    decide(talker, spare, fallback_codes=codes)
    ask(live, key)
    assert asked(provider) == models


def test_the_callers_statuses_replace_the_admins(live, key, lab, provider, talker, spare):
    decide(talker, spare, fallback_codes=[429])
    ask(live, key, fallback_on_codes=[500])
    assert asked(provider) == ["failing", "spare"]


@pytest.mark.parametrize(
    ("fields", "said", "count"),
    [
        ({"retries": 0}, {}, 1),
        ({"retries": 1}, {}, 2),
        ({"retries": 1, "retry_codes": [429]}, {}, 1),
        ({"retries": 0}, {"retry": {"count": 1}}, 2),
        ({"retries": 1}, {"retry": {"count": 1, "on_codes": [429]}}, 1),
        ({"retries": 1, "retry_codes": [429]}, {"retry": {"count": 1}}, 2),
    ],
)
def test_further_tries(live, key, lab, provider, talker, fields, said, count):
    decide(talker, **fields)
    assert ask(live, key, **said).status_code == 502
    assert asked(provider) == ["failing"] * count


def test_each_model_has_its_own_tries(live, key, lab, provider, talker):
    other = make_chat_model(lab, slug="lab/other", upstream="limited")
    decide(other, retries=1)
    decide(talker, other)
    ask(live, key)
    assert asked(provider) == ["failing", "limited", "limited"]


@pytest.mark.parametrize("field", ["call_timeout", "deadline"])
def test_silence_ends_with_the_admins_time_limit(live, key, lab, provider, spare, field):
    decide(make_chat_model(lab, upstream="nothing"), spare, **{field: 0.3})
    assert ask(live, key).json()["model"] == "lab/spare"
    assert attempts() == [("nothing", "failed", 504), ("spare", "completed", None)]


def test_a_callers_longer_time_limit_counts(live, key, lab, provider, spare):
    decide(make_chat_model(lab, upstream="slow"), spare, call_timeout=0.05)
    assert ask(live, key, timeout={"call_timeout": 60_000}).json()["model"] == "lab/talker"


def test_a_model_that_the_key_may_not_use_is_skipped(live, key, lab, provider, talker, spare):
    decide(talker, spare)
    restricted = ApiKey.objects.get()
    restricted.allowed_models = ["lab/talker"]
    restricted.save()
    live.refresh()
    answer = ask(live, key)
    assert (answer.status_code, asked(provider)) == (502, ["failing"])
    (skipped,) = answer.json()["error"]["metadata"]["skipped_models"]
    assert (skipped["model"], skipped["code"]) == ("lab/spare", "model_not_allowed")


def test_a_model_that_is_gone_is_skipped(live, key, lab, provider, spare):
    talker = make_chat_model(lab, upstream="talker")
    decide(talker, spare)
    spare.enabled = False
    spare.save()
    live.refresh()
    answer = ask(live, key)
    assert answer.status_code == 200
    assert answer.headers["x-polyphony-skipped"] == "lab/spare (model_disabled)"
    spare.delete()
    live.refresh()
    assert "x-polyphony-skipped" not in ask(live, key).headers


def test_a_model_that_cannot_take_the_request_is_skipped(live, key, lab, provider, talker):
    decide(talker, make_model(lab, "lab/alto", upstream="ok"))
    (skipped,) = ask(live, key).json()["error"]["metadata"]["skipped_models"]
    assert (skipped["model"], skipped["code"]) == ("lab/alto", "wrong_endpoint")


def test_the_admins_choice_reserves_nothing_beforehand(live, key, lab, provider, spare, alice):
    budget = Budget.objects.create(user=alice, limit=5)
    talker = make_chat_model(lab, upstream="talker")
    live.refresh()
    ask(live, key)
    decide(talker, spare)
    live.refresh()
    ask(live, key)
    first, second = UsageRecord.objects.order_by("pk")
    assert first.estimate == second.estimate > 0
    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (0, SPARE)


def test_a_dearer_fallback_is_reserved_for_when_it_is_asked(live, key, lab, provider, talker, spare, alice):
    budget = Budget.objects.create(user=alice, limit=5)
    decide(talker, spare)
    live.refresh()
    assert ask(live, key, max_tokens=1000).json()["model"] == "lab/spare"
    record = settled_record("completed")
    assert record.estimate >= 1000 * 2 * 0.0001
    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (0, SPARE)


def skipped(record) -> list[tuple[str, str]]:
    return [(one["model"], one["code"]) for one in record.skipped_models or ()]


def test_a_fallback_too_dear_for_the_budget_is_skipped(live, key, lab, provider, talker, spare, alice):
    for _ in range(5):
        dearer(spare)
    cheap = make_chat_model(lab, slug="lab/cheap", upstream="cheap")
    budget = Budget.objects.create(user=alice, limit="0.2")
    decide(talker, spare, cheap)
    live.refresh()
    answer = ask(live, key, max_tokens=1000)
    assert (answer.status_code, answer.json()["model"]) == (200, "lab/cheap")
    assert asked(provider) == ["failing", "cheap"]
    record = settled_record("completed")
    assert answer.headers["x-polyphony-skipped"] == "lab/spare (budget_exceeded)"
    assert skipped(record) == [("lab/spare", "budget_exceeded")]
    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (0, record.cost)


def test_where_all_others_are_too_dear_the_models_own_failure_is_told(
    live, key, lab, provider, talker, spare, alice
):
    for _ in range(5):
        dearer(spare)
    budget = Budget.objects.create(user=alice, limit="0.2")
    decide(talker, spare)
    live.refresh()
    answer = ask(live, key, max_tokens=1000)
    assert (answer.status_code, answer.json()["error"]["metadata"]["provider_code"]) == (
        502,
        "upstream_failed",
    )
    assert [one["model"] for one in answer.json()["error"]["metadata"]["skipped_models"]] == ["lab/spare"]
    assert Attempt.objects.count() == 1
    record = settled_record("failed")
    assert (record.model, skipped(record)) == ("lab/talker", [("lab/spare", "budget_exceeded")])
    budget.refresh_from_db()
    assert budget.reserved == 0


def cache_status(answer) -> str | None:
    return answer.headers.get("x-openrouter-cache-status")


def test_the_api_caches_where_the_admin_says_so_unless_the_caller_says_no(live, key, lab, provider):
    decide(make_chat_model(lab, upstream="talker"), cache_seconds=600)
    first, second = ask(live, key), ask(live, key)
    assert (cache_status(first), cache_status(second)) == ("MISS", "HIT")
    assert second.headers["x-openrouter-cache-ttl"] == "600"
    assert second.json()["usage"]["cost"] == 0

    def with_header(name: str, value: str):
        return live.post("/chat/completions", key, json=BODY, headers={name: value})

    assert cache_status(with_header("X-OpenRouter-Cache", "false")) is None
    assert cache_status(with_header("X-OpenRouter-Cache-Clear", "true")) == "MISS"
    assert len(provider.requests) == 3


BODY = {"model": "lab/talker", "messages": [{"role": "user", "content": "Tell me of the fox."}]}


def test_the_admins_order_of_endpoints_is_replaced_by_the_callers(live, key, lab, provider, other_provider):
    model = make_chat_model(lab, upstream="dear")
    dearer(model)
    cheap = make_chat_model(make_provider("other", other_provider.url), slug="lab/cheap", upstream="cheap")
    cheap.endpoints.update(model=model, priority=20)
    decide(model, sort="price")
    assert ask(live, key).headers["x-polyphony-provider"] == "Other"
    assert ask(live, key, provider={"order": ["lab"]}).headers["x-polyphony-provider"] == "Lab"


def balance(model, weights: dict, kind: str = "", **fields: Any) -> None:
    """The admin has one of other models asked first."""
    RoutingPolicy.objects.create(model=model, balance=kind, retries=0, **fields)
    for other, weight in weights.items():
        BalancedModel.objects.create(model=model, balanced=other, weight=weight)


@pytest.fixture
def ready(lab):
    """`lab/talker` answers."""
    return make_chat_model(lab, upstream="talker")


def test_models_take_turns_as_the_admin_says(live, key, lab, provider, ready, spare):
    balance(ready, {ready: 1, spare: 1}, "round_robin")
    found = [ask(live, key).json()["model"] for _ in range(4)]
    assert sorted(found[:2]) == sorted(found[2:]) == ["lab/spare", "lab/talker"]
    assert found[:2] == found[2:]


@pytest.mark.parametrize("kind", ["", "weight_based"])
def test_a_model_is_chosen_by_the_admins_weights(live, key, lab, provider, ready, spare, kind):
    balance(ready, {ready: 0.001, spare: 1000}, kind)
    answer = ask(live, key)
    assert (answer.json()["model"], answer.headers["x-polyphony-attempts"]) == ("lab/spare", "1")
    assert (settled_record("completed").model, settled_record("completed").cost) == ("lab/spare", SPARE)


def test_the_callers_balancer_replaces_the_admins(live, key, lab, provider, ready, spare):
    balance(ready, {spare: 1})
    assert ask(live, key).json()["model"] == "lab/spare"
    own = {"type": "weight_based", "models": [{"model": "lab/talker", "weight": 1}]}
    assert ask(live, key, load_balancer=own).json()["model"] == "lab/talker"


def test_a_model_to_balance_that_the_key_may_not_use_is_left_out(live, key, lab, provider, ready, spare):
    balance(ready, {ready: 0.001, spare: 1000})
    restricted = ApiKey.objects.get()
    restricted.allowed_models = ["lab/talker"]
    restricted.save()
    live.refresh()
    assert ask(live, key).json()["model"] == "lab/talker"


def test_where_none_to_balance_can_be_asked_the_model_itself_is(live, key, lab, provider, ready, spare):
    balance(ready, {spare: 1})
    spare.enabled = False
    spare.save()
    answer = ask(live, key)
    assert (answer.status_code, answer.json()["model"]) == (200, "lab/talker")
    assert ask(live, key, messages="none").json()["error"]["param"] == "messages"


@pytest.mark.parametrize(
    ("fields", "said", "answers"),
    [
        ({"hedge": True, "hedge_ms": 50}, {}, "Other"),
        ({"hedge": True, "hedge_ms": 600_000}, {}, "Lab"),
        ({"hedge": False, "hedge_ms": 50}, {}, "Lab"),
        ({"hedge": True, "hedge_ms": 50}, {"hedge": False}, "Lab"),
        ({"hedge": True, "hedge_ms": 50}, {"sort": "price"}, "Other"),
        ({"hedge": True, "hedge_ms": 600_000}, {"hedge": 50}, "Other"),
    ],
)
def test_a_second_endpoint_is_asked_as_the_admin_says(
    live, key, lab, provider, other_provider, ready, fields, said, answers
):
    twin = make_chat_model(make_provider("other", other_provider.url), slug="lab/twin", upstream="second")
    twin.endpoints.update(model=ready, priority=20)
    provider.script("talker", late(0.5, chat()))
    decide(ready, **fields)
    answer = ask(live, key, stream=True, **({"provider": said} if said else {}))
    assert answer.headers["x-polyphony-provider"] == answers
    assert len(other_provider.requests) == (answers == "Other")


def test_a_hedge_without_milliseconds_is_automatic(lab, ready):
    decide(ready, hedge=True)
    snapshot.refresh_if_changed()
    assert lookup.get("lab/talker").policy.provider.hedge == Hedge()
