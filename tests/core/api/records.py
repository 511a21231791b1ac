"""Waiting for usage records."""

from __future__ import annotations

import time

from core.models import UsageRecord


def settled_record(outcome: str) -> UsageRecord:
    """The first settled record; it has to have ended as `outcome`, maybe after the response."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        record = UsageRecord.objects.exclude(state="open").first()
        if record:
            assert record.outcome == outcome
            return record
        time.sleep(0.02)
    raise AssertionError("the record was never settled")
