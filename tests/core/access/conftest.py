"""An issued API key, and rate limits of its own for each test."""

from __future__ import annotations

import pytest

from core.access import authentication, keys, limits
from core.access.shared_limits import ParallelLimit, RateLimit
from core.models import ApiKey


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch, settings):
    settings.REDIS_URL = ""  # many of these tests run without an event loop of their own
    monkeypatch.setattr(authentication, "failure_limits", RateLimit("failures"))
    monkeypatch.setattr(limits, "request_limits", RateLimit("requests"))
    monkeypatch.setattr(limits, "token_limits", RateLimit("tokens"))
    monkeypatch.setattr(limits, "parallel_limits", ParallelLimit("requests"))


@pytest.fixture
def issued(alice) -> tuple[str, ApiKey]:
    return keys.issue(alice)
