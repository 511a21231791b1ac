from __future__ import annotations

import pytest

from core.catalogue.entries import VoiceEntry
from core.catalogue.validation.text_language import likely_language
from core.catalogue.validation.voice_language import default_voice


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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das ist ein deutscher Satz.", "de"),
        ("Guten Tag, schöne Welt.", "de"),
        ("Bonjour tout le monde", "fr"),
        ("Hola, ¿cómo estás?", "es"),
        ("Buongiorno, come stai oggi?", "it"),
        ("Olá, como você está?", "pt"),
        ("Goede morgen, hoe gaat het met je?", "nl"),
        ("Det är en bra dag.", "sv"),
        ("Dzień dobry, jak się masz?", "pl"),
        ("Merhaba, bugün nasıl?", "tr"),
        ("Xin chào, bạn khỏe không?", "vi"),
        ("He said 'je ne sais pas' to the man.", "en"),
        ("I'm café-hopping in São Paulo with Müller & Co.", "en"),
        ("La La Land", "en"),
        ("El Paso", "en"),
        ("Die Hard", "en"),
    ],
)
def test_likely_language_of_latin_letters(text, language):
    assert likely_language(text) == language
