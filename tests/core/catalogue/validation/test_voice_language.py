from __future__ import annotations

import pytest

from core.catalogue.entries import VoiceEntry
from core.catalogue.validation.voice_language import default_voice, likely_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, world", "en"),
        ("Привет, мир", "ru"),
        ("你好,世界", "zh"),
        ("こんにちは世界", "ja"),
        ("안녕하세요", "ko"),
        ("Δωδώνη", "el"),
        ("مرحبا", "ar"),
        ("123 — 456", ""),
        ("", ""),
        ("API по-русски: как вызвать", "ru"),
    ],
)
def test_likely_language(text, language):
    assert likely_language(text) == language


def voice(name: str, language: str) -> VoiceEntry:
    return VoiceEntry(name, name, language, "", "")


@pytest.mark.parametrize(
    ("text", "expected"), [("Hello", "us"), ("Привет", "ru"), ("안녕하세요", "us"), ("42", "us")]
)
def test_default_voice_speaks_the_texts_language(text, expected):
    assert default_voice([voice("us", "en-US"), voice("gb", "en-GB"), voice("ru", "ru")], text) == expected


def test_default_voice_of_any_language_is_the_first():
    assert default_voice([voice("alloy", ""), voice("ash", "")], "Привет") == "alloy"


def test_default_voice_without_voices():
    assert default_voice([], "Hello") is None
