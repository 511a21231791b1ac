"""Tokens are used until five minutes before their end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.contract.errors import UpstreamFailed
from core.providers.shared import access_tokens
from core.providers.shared.access_tokens import AccessToken, TokenStore

pytestmark = pytest.mark.anyio


def lasting(minutes: float, text: str = "token") -> AccessToken:
    return AccessToken(text, datetime.now(UTC) + timedelta(minutes=minutes))


def test_a_token_lasts_until_five_minutes_before_its_end():
    assert [lasting(minutes).lasts for minutes in (4, 6)] == [False, True]


async def test_each_key_has_its_token_and_the_oldest_is_forgotten(monkeypatch):
    monkeypatch.setattr(access_tokens, "KEYS", 2)
    store, fetched = TokenStore(), []

    async def ask(key: str) -> str:
        async def fetch() -> AccessToken:
            fetched.append(key)
            return lasting(60, f"token of {key}")

        return await store.token(key, fetch)

    assert [await ask(key) for key in "abab"] == [f"token of {key}" for key in "abab"]
    assert fetched == ["a", "b"]
    await ask("c")
    await ask("b")
    await ask("a")
    assert fetched == ["a", "b", "c", "a"]


async def test_a_failure_is_not_kept():
    store = TokenStore()

    async def fail() -> AccessToken:
        raise UpstreamFailed("down")

    async def work() -> AccessToken:
        return lasting(60)

    with pytest.raises(UpstreamFailed):
        await store.token("a", fail)
    assert await store.token("a", work) == "token"
