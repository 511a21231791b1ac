"""Damaged streams of a provider through the whole stack: every request is settled exactly once."""

from __future__ import annotations

import json
import time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.models import Attempt, Budget, UsageRecord
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.fakes import chat as fake
from tests.fakes.mutations import mutated
from tests.fakes.server_sent_events import events

BODY = b"".join(fake.frames({"stream_options": {"include_usage": True}}, "Größe 世界 🌍 ok"))


def all_settled() -> list[UsageRecord]:
    deadline = time.monotonic() + 10
    while UsageRecord.objects.filter(state="open").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return list(UsageRecord.objects.all())


def test_damaged_streams_are_settled_once(live, key, alice, lab, provider):
    make_chat_model(lab, upstream="damaged")
    budget = Budget.objects.create(user=alice, limit=10)
    asked = 0

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated(BODY), st.sampled_from(["end", "end", "drop"]), st.booleans())
    def damaged(found, then, stream):
        nonlocal asked
        asked += 1
        provider.script("damaged", events(found.pieces, then=then))
        answer = live.post("/chat/completions", key, json={**ASK, "stream": stream})
        if answer.status_code == 200 and stream:
            assert answer.text.endswith("data: [DONE]\n\n")
        else:
            assert isinstance(json.loads(answer.text), dict)
            assert answer.status_code in (200, 400, 404, 413, 422, 429, 502, 504)

    damaged()
    records = all_settled()
    budget.refresh_from_db()
    assert len(records) == asked
    assert {record.state for record in records} <= {"settled", "estimated", "released"}
    assert not Attempt.objects.filter(state="open").exists()
    assert (budget.reserved, budget.spent) == (0, sum(record.cost for record in records))
