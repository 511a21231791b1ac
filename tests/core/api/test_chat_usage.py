"""What providers count themselves, through the whole stack: units, cost and its basis."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.models import Attempt, UsageRecord
from tests.core.api.chat_helpers import ASK, make_chat_model, streamed, text
from tests.core.api.records import settled_record
from tests.fakes.chat import chunk
from tests.fakes.chat_faults import ERROR, after, failing_chunk
from tests.fakes.server_sent_events import DONE, frame, paced

BEGINNING = "The quick brown"


def usage(prompt: int, completion: int, **more: object) -> dict[str, object]:
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    return {**counts, "total_tokens": prompt + completion, **more}


SAID = chunk({"content": "Hello."})
PLACES = {
    "the last choice": [SAID, chunk({}, "stop", usage=usage(19, 13))],
    "x_groq": [SAID, {**chunk({}, "stop"), "x_groq": {"id": "req_1", "usage": usage(19, 13)}}],
    "x_groq beside the words": [{**SAID, "x_groq": {"usage": usage(19, 13)}}, chunk({}, "stop")],
    "every event": [{**SAID, "usage": usage(19, 2)}, {**chunk({}, "stop"), "usage": usage(19, 13)}],
    "the first event": [{**chunk({}), "choices": [], "usage": usage(19, 13)}, SAID, chunk({}, "stop")],
}


@pytest.mark.parametrize("place", PLACES)
def test_the_providers_count_is_billed_wherever_it_is(live, key, lab, provider, place):
    provider.script("counts", paced([*map(frame, PLACES[place]), DONE]))
    make_chat_model(lab, upstream="counts")
    _, found = streamed(live, key)
    record = settled_record("completed")
    assert (text(found), record.units, record.basis) == (
        "Hello.",
        {"text_in.token": 19, "text_out.token": 13},
        "computed",
    )
    assert record.cost == Decimal("0.00149")


def failing(provider, lab, extra: list[bytes], **options: object) -> None:
    provider.script("fails", after(extra))
    make_chat_model(lab, upstream="fails").endpoints.update(options=options)


def test_an_error_may_come_with_usage_and_cost(live, key, lab, provider):
    failing(provider, lab, [failing_chunk(**ERROR, usage=usage(43, 10, cost=0)), DONE], router=True)
    _, found = streamed(live, key)
    record = settled_record("partial")
    assert text(found) == BEGINNING
    assert (record.units, record.cost, record.basis) == (
        {"text_in.token": 43, "text_out.token": 10},
        0,
        "reported",
    )
    assert found[-1]["usage"]["prompt_tokens"] == 43
    assert Attempt.objects.get().units == record.units


def test_an_errors_own_finish_reason_is_kept(live, key, lab, provider):
    ended = chunk({"content": ""}, "error", native_finish_reason="MALFORMED_FUNCTION_CALL")
    failing(provider, lab, [frame({**ended, **ERROR, "usage": usage(43, 10, cost=0)}), DONE], router=True)
    answer, _ = streamed(live, key)
    settled_record("partial")
    data = live.get("/generation", key, params={"id": answer.headers["x-generation-id"]}).json()["data"]
    assert (data["finish_reason"], data["native_finish_reason"]) == ("error", "MALFORMED_FUNCTION_CALL")
    assert (data["native_tokens_prompt"], data["native_tokens_completion"], data["usage"]) == (43, 10, 0)


def test_an_error_with_usage_alone_is_billed_by_our_prices(live, key, lab, provider):
    failing(provider, lab, [failing_chunk(**ERROR, usage=usage(43, 10)), DONE])
    streamed(live, key)
    record = settled_record("partial")
    assert (record.cost, record.basis) == (Decimal("0.00143"), "computed")


def test_a_count_so_far_is_an_estimate_of_a_stream_that_breaks_off(live, key, lab, provider):
    failing(provider, lab, [frame({**chunk({"content": " fox"}), "usage": usage(43, 4)})])
    streamed(live, key)
    record = settled_record("partial")
    assert (record.units["text_in.token"], record.basis) == (43, "estimated")


def test_a_failure_before_the_first_word_stays_free(live, key, lab, provider):
    provider.script("fails", after([frame({**ERROR, "choices": [], "usage": usage(43, 0)}), DONE], count=0))
    make_chat_model(lab, upstream="fails")
    answer = live.post("/chat/completions", key, json={**ASK, "stream": True})
    assert (answer.status_code, UsageRecord.objects.get().cost) == (502, 0)
