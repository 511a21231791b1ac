"""Which values of a target are secrets."""

from __future__ import annotations

import pytest

from core.contract.route import Secret, Target
from core.providers.shared.scrub.spellings import HIDDEN, spellings_of

KEY = "sk-live-0123456789abcdef"


def target(key: str | None = None, **headers: str) -> Target:
    credential = None if key is None else Secret(lambda: key)
    return Target(1, "lab", "Lab", "openai", "http://x.test", "m", credential, headers=headers)


@pytest.mark.parametrize("word", ["EMPTY", "ollama", "lm-studio", "not-needed", "sk-no-key-required", ""])
def test_words_in_place_of_a_key_are_no_secrets(word):
    assert spellings_of(target(word)) is None


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"X-Api-Key": KEY}, KEY),
        ({"Authorization": f"Bearer {KEY}"}, KEY),
        ({"X-Title": "Playground of 2026", "cf-access-client-secret": KEY}, KEY),
    ],
)
def test_headers_named_as_secrets_are_secrets(headers, secret):
    assert spellings_of(target(**headers)).hide(f"Playground of 2026: {secret}") == (
        f"Playground of 2026: {HIDDEN}"
    )


def test_other_headers_are_none():
    assert spellings_of(target(**{"X-Title": "Playground of 2026"})) is None


def test_a_json_value_is_cleaned_in_depth():
    value = {"a": [KEY, 1, {f"x{KEY}": None}], "b": True}
    assert spellings_of(target(KEY)).clean(value) == {"a": [HIDDEN, 1, {f"x{HIDDEN}": None}], "b": True}
