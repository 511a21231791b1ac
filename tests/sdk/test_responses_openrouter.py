"""Responses with OpenRouter's client, which checks every response and event against its schema."""

from __future__ import annotations

import pytest
from openrouter import errors

from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.responses_helpers import ASK
from tests.fakes.chat import ARGUMENTS, TEXT, THOUGHTS

TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}}


@pytest.fixture(autouse=True)
def talker(lab, live):
    make_chat_model(lab)
    live.refresh()


def test_a_response(router):
    found = router.responses.send(**ASK)
    assert (found.output[0].content[0].text, found.status) == (TEXT, "completed")
    assert (found.usage.input_tokens, found.usage.output_tokens) == (12, 10)
    assert found.usage.cost == pytest.approx(0.00112)


def test_a_stream(router):
    with router.responses.send(**ASK, stream=True) as stream:
        events = list(stream)
    assert "".join(one.delta for one in events if one.type == "response.output_text.delta") == TEXT
    assert events[-1].response.usage.cost == pytest.approx(0.00112)


def test_reasoning_and_calls(router):
    reasoning, call = router.responses.send(**ASK, tools=[TOOL], reasoning={"effort": "low"}).output
    assert (reasoning.summary[0].text, call.name, call.arguments) == (THOUGHTS, "weather", ARGUMENTS)


def test_a_fault_in_the_middle_is_an_event(router, lab, live):
    make_chat_model(lab, upstream="cut", slug="lab/cutter")
    live.refresh()
    with router.responses.send(**{**ASK, "model": "lab/cutter"}, stream=True) as stream:
        error, failed = list(stream)[-2:]
    assert (error.type, error.code) == ("error", "upstream_unreachable")
    assert (failed.response.status, failed.response.error_type) == ("failed", "provider_unavailable")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"model": "lab/nothing"}, errors.NotFoundResponseError),
        ({"input": []}, errors.BadRequestResponseError),
    ],
)
def test_refusals_are_typed(router, fields, kind):
    with pytest.raises(kind) as caught:
        router.responses.send(**{**ASK, **fields})
    assert caught.value.data.error.code == caught.value.status_code
