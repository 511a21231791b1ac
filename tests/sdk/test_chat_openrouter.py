"""Chats with OpenRouter's client, which checks every response and chunk against its schema."""

from __future__ import annotations

import pytest
from openrouter import errors

from core.models import UsageRecord
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.fakes.chat import ARGUMENTS, TEXT, THOUGHTS

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


@pytest.fixture(autouse=True)
def talker(lab, live):
    make_chat_model(lab)
    live.refresh()


def test_an_answer(router):
    found = router.chat.send(**ASK)
    assert (found.choices[0].message.content, found.choices[0].finish_reason) == (TEXT, "stop")
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == (12, 10)
    assert found.usage.cost == pytest.approx(0.00112)
    assert found.id == UsageRecord.objects.get().public_id


def test_a_stream(router):
    with router.chat.send(**ASK, stream=True) as stream:
        *chunks, last = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
    assert (last.choices[0].finish_reason, last.usage.cost) == ("stop", pytest.approx(0.00112))


def test_reasoning_and_calls(router):
    found = router.chat.send(**ASK, tools=[TOOL], reasoning={"effort": "low"}).choices[0]
    call = found.message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("weather", ARGUMENTS)
    assert found.message.reasoning == THOUGHTS


def test_a_fault_in_the_middle_is_a_chunk(router, lab, live):
    make_chat_model(lab, upstream="cut", slug="lab/cutter")
    live.refresh()
    with router.chat.send(**{**ASK, "model": "lab/cutter"}, stream=True) as stream:
        last = list(stream)[-1]
    assert (last.error.code, last.choices[0].finish_reason) == (502, "error")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"model": "lab/nothing"}, errors.NotFoundResponseError),
        ({"messages": []}, errors.BadRequestResponseError),
    ],
)
def test_refusals_are_typed(router, fields, kind):
    with pytest.raises(kind) as caught:
        router.chat.send(**{**ASK, **fields})
    assert caught.value.data.error.code == caught.value.status_code


def test_a_generation_tells_what_a_chat_cost(router):
    sent = router.chat.send(**ASK)
    found = router.generations.get_generation(id=sent.id).data
    assert (found.api_type, found.tokens_prompt, found.tokens_completion) == ("completions", 12, 10)
    assert found.total_cost == pytest.approx(0.00112)


def test_models_and_provider_rules_are_obeyed(router, lab, live, provider):
    make_chat_model(lab, upstream="failing", slug="lab/failing")
    live.refresh()
    rules = {"only": ["lab"], "max_price": {"prompt": "50"}, "sort": "price", "allow_fallbacks": False}
    asked = {**ASK, "model": "lab/failing", "models": ["lab/failing", "lab/talker"], "provider": rules}
    found = router.chat.send(**asked)
    assert (found.model, found.choices[0].message.content) == ("lab/talker", TEXT)
    assert [seen.json["model"] for seen in provider.requests][-1] == "ok"
    assert UsageRecord.objects.get().model == "lab/talker"


def test_provider_rules_without_a_provider_are_a_bad_request(router):
    with pytest.raises(errors.BadRequestResponseError) as caught:
        router.chat.send(**ASK, provider={"only": ["nobody"]})
    assert caught.value.data.error.code == 400
