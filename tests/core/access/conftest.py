"""An issued API key, and rate limits of its own for each test."""

from __future__ import annotations

import pytest

from core.access import admission, authentication, keys
from core.access.rate_limits import TokenBuckets
from core.models import ApiKey


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch):
    monkeypatch.setattr(authentication, "failure_limits", TokenBuckets())
    monkeypatch.setattr(authentication, "lookup_limits", TokenBuckets(seconds=1.0))
    monkeypatch.setattr(admission, "key_limits", TokenBuckets())


@pytest.fixture
def issued(alice) -> tuple[str, ApiKey]:
    return keys.issue(alice)
