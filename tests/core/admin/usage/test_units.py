"""Quantities in words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from core.admin.usage.units import units_text


@pytest.mark.parametrize(
    ("units", "text"),
    [
        ({"cached_in.token": 1024}, "1,024 cached tokens in"),
        ({"text_in.token": 1, "text_out.token": 20}, "1 token in, 20 tokens out"),
        ({"text_in.character": 1500, "audio_out.second": 3.14159}, "1,500 characters, 3.14 s of audio out"),
        ({"file_in.page": 2}, "2 file_in.page"),
        ({}, ""),
    ],
)
def test_quantities_are_told_in_words(units, text):
    with override("en"):
        assert units_text(units) == text


def test_plurals_follow_the_reader_s_language():
    with override("ru"):
        assert units_text({"cached_in.token": 2}) == "2 кэшированных токена на входе"
