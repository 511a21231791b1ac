"""A usage record in OpenRouter's format."""

from __future__ import annotations

import pytest

from core.api.serializers.generation import generation_object
from core.contract.tasks import UnknownTask
from core.models import Attempt, UsageRecord

pytestmark = pytest.mark.django_db

UNITS = {
    "text_in.token": 20,
    "cached_in.token": 8,
    "audio_in.token": 35,
    "audio_in.second": 3.5,
    "image_in.image": 2,
    "text_out.token": 30,
    "reasoning_out.token": 12,
    "audio_out.token": 140,
    "image_out.token": 1290,
    "image_out.image": 1,
}


def record(**fields) -> UsageRecord:
    return UsageRecord(public_id="gen-1", task="chat", units=UNITS, outcome="completed", **fields)


def test_tokens_of_a_chat_in_all_and_by_kind():
    fields = generation_object(record(), [])
    assert {name: value for name, value in fields.items() if "token" in name or "num_media" in name} == {
        "tokens_prompt": 55,
        "tokens_completion": 1460,
        "native_tokens_prompt": 55,
        "native_tokens_completion": 1460,
        "native_tokens_completion_images": 1290,
        "native_tokens_reasoning": 12,
        "native_tokens_cached": 8,
        "num_media_prompt": 2,
        "num_media_completion": 1,
    }


@pytest.mark.parametrize(
    ("task", "outcome", "error", "attempt", "reasons"),
    [
        ("chat", "completed", "", {"finish_reason": "length"}, ("length", "length")),
        ("chat", "completed", "", {"finish_reason": "stop", "native_finish_reason": "end_turn"},
         ("stop", "end_turn")),
        ("chat", "stopped", "", {}, (None, None)),
        ("chat", "partial", "upstream_failed", {}, ("error", "upstream_failed")),
        ("chat", "partial", "upstream_failed", {"finish_reason": "error", "native_finish_reason": "OTHER"},
         ("error", "OTHER")),
        ("chat", "failed", "upstream_auth", {}, ("error", "upstream_auth")),
        ("chat", "interrupted", "", {}, ("error", "error")),
        ("speech", "completed", "", {}, ("completed", "completed")),
    ],
)  # fmt: skip
def test_the_finish_reason(task, outcome, error, attempt, reasons):
    ended = UsageRecord(public_id="gen-1", task=task, outcome=outcome, error=error, units={})
    found = generation_object(ended, [Attempt(finish_reason="first"), Attempt(**attempt)])
    assert (found["finish_reason"], found["native_finish_reason"]) == reasons


def test_a_record_without_attempts_has_no_id_of_a_provider():
    assert generation_object(record(), [])["upstream_id"] is None


def test_a_task_without_facts_is_no_other_task():
    with pytest.raises(UnknownTask, match="painting"):
        generation_object(UsageRecord(public_id="gen-1", task="painting", units={}), [])
