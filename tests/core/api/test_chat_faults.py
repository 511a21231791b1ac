"""Faults of providers in chats through the whole stack: statuses, events, costs, secrets."""

from __future__ import annotations

import pytest

from core.models import Attempt, UsageRecord
from tests.core.api.chat_helpers import ASK, chunks, make_chat_model, streamed, text
from tests.core.api.records import settled_record
from tests.fakes.chat import TEXT, USAGE, chat

SECRET = "sk-live-0123456789abcdef"
BEGINNING = "The quick brown"
EARLY = {
    "denied": (502, "upstream_auth"),
    "no-credit": (502, "upstream_no_credit"),
    "limited": (429, "upstream_rate_limited"),
    "failing": (502, "upstream_failed"),
    "garbage": (502, "upstream_invalid"),
    "error-in-200": (502, "upstream_failed"),
    "hang-up": (502, "upstream_unreachable"),
    "redirect": (502, "upstream_redirect"),
}
"""Faults before the first word, streamed or not."""

TAKEN = {"garbage", "hang-up"}
"""Those of them after which the provider may bill what it read: it had the request and refused nothing."""

LATE = {
    "reset": "upstream_unreachable",
    "cut": "upstream_unreachable",
    "truncated": "upstream_truncated",
    "error-event": "upstream_failed",
    "error-choice": "upstream_failed",
    "error-finish": "upstream_failed",
    "long-line": "upstream_invalid",
}
"""Faults after three words."""


@pytest.fixture(autouse=True)
def secret(lab, settings):
    """The provider is asked with a key, which nobody may ever see."""
    from core.models import ProviderKey  # noqa: PLC0415 - the registry is not ready at import time

    found = ProviderKey(provider=lab, label="live")
    found.secret = SECRET
    found.save()
    lab.needs_key = True
    lab.save()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("scenario", EARLY)
def test_a_failure_before_the_first_delta_has_its_status(live, key, lab, provider, scenario, stream):
    make_chat_model(lab, upstream=scenario)
    answer = live.post("/chat/completions", key, json={**ASK, "stream": stream})
    error = answer.json()["error"]
    code, name = EARLY[scenario]
    assert (answer.status_code, error["code"], error["metadata"]["provider_code"]) == (code, code, name)
    assert answer.headers["x-generation-id"] == UsageRecord.objects.get().public_id
    assert (settled_record("failed").cost > 0) is (scenario in TAKEN)
    assert SECRET not in answer.text


@pytest.mark.parametrize("scenario", LATE)
def test_a_failure_after_the_first_deltas_keeps_them(live, key, lab, provider, scenario):
    make_chat_model(lab, upstream=scenario)
    answer, found = streamed(live, key)
    *body, last = found
    assert answer.status_code == 200
    assert text(found) == BEGINNING
    assert last["choices"] == [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]
    assert last["error"]["metadata"]["provider_code"] == LATE[scenario]
    assert last["error"]["metadata"]["generation_id"] == answer.headers["x-generation-id"]
    assert isinstance(last["error"]["code"], int)
    assert not any("error" in chunk for chunk in body)
    record = settled_record("partial")
    assert record.cost > 0
    assert last["usage"]["cost"] == pytest.approx(float(record.cost))
    assert (len(provider.bills), Attempt.objects.get().outcome) == (1, "partial")
    assert SECRET not in answer.text


@pytest.mark.parametrize("scenario", ["stuck", "drip"])
def test_a_silent_provider_is_abandoned(live, key, lab, provider, scenario):
    model = make_chat_model(lab, upstream=scenario)
    model.endpoints.update(options={"idle_timeout": 0.3, "timeout": 1.0})
    answer = live.post("/chat/completions", key, json={**ASK, "stream": True})
    if scenario == "drip":
        assert (answer.status_code, answer.json()["error"]["metadata"]["provider_code"]) == (
            504,
            "upstream_timeout",
        )
        assert settled_record("failed").cost > 0
    else:
        last = chunks(answer.text)[-1]
        assert (last["error"]["code"], text(chunks(answer.text))) == (504, BEGINNING)
        assert settled_record("partial").cost > 0
    assert provider.requests[0].left.wait(10)


@pytest.mark.parametrize("stream", [False, True])
def test_a_decompression_bomb_is_refused(live, key, lab, provider, stream, monkeypatch):
    # a busy machine unpacks for longer than a caller is kept waiting without a status
    monkeypatch.setattr("core.api.http.streaming.KEEP_ALIVE", 200.0)
    make_chat_model(lab, upstream="bomb")
    answer = live.post("/chat/completions", key, json={**ASK, "stream": stream})
    assert (answer.status_code, answer.json()["error"]["type"]) == (502, "upstream_error")
    assert settled_record("failed").cost > 0


def test_an_error_as_the_first_event_has_its_status(live, key, lab):
    make_chat_model(lab, upstream="error-first")
    answer = live.post("/chat/completions", key, json={**ASK, "stream": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 429)
    assert int(answer.headers["retry-after"]) >= 1


def test_a_key_in_a_providers_error_is_not_passed_on(live, key, lab, provider, caplog):
    make_chat_model(lab, upstream="echo")
    answer = live.post("/chat/completions", key, json=ASK)
    assert answer.status_code == 400
    assert provider.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in answer.text + str(answer.headers) + caplog.text
    assert not any(SECRET in attempt.reason for attempt in Attempt.objects.all())


@pytest.mark.parametrize("scenario", ["no-usage", "odd-usage"])
@pytest.mark.parametrize("stream", [False, True])
def test_missing_or_invalid_usage_is_estimated(live, key, lab, scenario, stream):
    make_chat_model(lab, upstream=scenario)
    answer = live.post("/chat/completions", key, json={**ASK, "stream": stream})
    usage = chunks(answer.text)[-1]["usage"] if stream else answer.json()["usage"]
    record = settled_record("completed")
    assert (record.state, record.basis) == ("estimated", "estimated")
    assert 0 < usage["total_tokens"] < 1000
    assert usage["cost"] == pytest.approx(float(record.cost))


@pytest.mark.parametrize("stream", [False, True])
def test_white_space_before_an_answer_is_dropped(live, key, lab, stream):
    make_chat_model(lab, upstream="padded")
    answer = live.post("/chat/completions", key, json={**ASK, "stream": stream})
    found = text(chunks(answer.text)) if stream else answer.json()["choices"][0]["message"]["content"]
    assert found == TEXT
    assert settled_record("completed").cost > 0


def test_a_stream_with_a_finish_reason_needs_no_terminator(live, key, lab):
    make_chat_model(lab, upstream="unterminated")
    _, found = streamed(live, key)
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert settled_record("completed").cost > 0


def test_another_endpoint_takes_over_before_the_first_delta(live, key, lab, provider, other_provider):
    from core.models import Endpoint, Price, Provider  # noqa: PLC0415 - as above

    model = make_chat_model(lab, upstream="failing")
    second = Provider.objects.create(
        slug="second",
        name="Second",
        wire="openai",
        base_url=other_provider.url,
        internal=True,
        needs_key=False,
    )
    endpoint = Endpoint.objects.create(model=model, provider=second, upstream_id="ok", priority=20)
    Price.objects.create(endpoint=endpoint, kind="text_out", unit="token", usd_per_unit="0.001")
    answer, found = streamed(live, key)
    assert (answer.headers["x-polyphony-provider"], {chunk["provider"] for chunk in found}) == (
        "Second",
        {"Second"},
    )
    assert text(found) == TEXT
    outcomes = list(Attempt.objects.values_list("outcome", flat=True).order_by("number"))
    assert (outcomes[-1], set(outcomes[:-1])) == ("completed", {"failed"})
    assert answer.headers["x-polyphony-attempts"] == str(len(outcomes))


def test_no_endpoint_takes_over_after_the_first_delta(live, key, lab, provider, other_provider):
    from core.models import Endpoint, Provider  # noqa: PLC0415 - as above

    model = make_chat_model(lab, upstream="cut")
    second = Provider.objects.create(
        slug="second",
        name="Second",
        wire="openai",
        base_url=other_provider.url,
        internal=True,
        needs_key=False,
    )
    Endpoint.objects.create(model=model, provider=second, upstream_id="ok", priority=20)
    _, found = streamed(live, key)
    assert (text(found), "error" in found[-1], other_provider.requests) == (BEGINNING, True, [])


def test_usage_reported_late_is_charged(live, key, lab, provider):
    usage = {**USAGE, "completion_tokens": 1000, "total_tokens": 1012, "cost": 0.5}
    provider.script("dear", chat(usage=usage))
    make_chat_model(lab, upstream="dear").endpoints.update(options={"router": True})
    _, found = streamed(live, key)
    assert found[-1]["usage"]["cost"] == 0.5
    assert (settled_record("completed").cost, settled_record("completed").basis) == (0.5, "reported")
