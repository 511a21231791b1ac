"""Names, language tags and descriptions of the voices."""

from __future__ import annotations

import pytest

from core.providers.local.voices import describe, language_tag, voices


@pytest.mark.anyio
async def test_voices_have_readable_names(synthesiser):
    found = await voices()

    by_id = {voice.id: voice for voice in found}
    assert len(by_id) == len(found) > 100
    assert (by_id["gmw/en-US"].name, by_id["gmw/en-US"].language) == ("English (America)", "en-US")
    assert (by_id["sit/cmn"].name, by_id["sit/cmn"].language) == ("Chinese (Mandarin)", "zh")
    assert [voice.name for voice in found] == sorted(voice.name for voice in found)


def test_voice_is_described_with_what_it_cannot_read():
    row = {"id": "jpx/ja", "name": "Japanese", "language": "ja", "gender": "male", "age": 0}

    assert describe(row).description == "Formant voice, robotic. Reads kana; kanji are not read."


def test_language_tags_follow_the_standard():
    tags = ["en-us", "en-gb-x-rp", "es-419", "cmn-latn-pinyin", "chr-US-Qaaa-x-west", "yue"]

    assert [language_tag(tag) for tag in tags] == [
        "en-US",
        "en-GB-x-rp",
        "es-419",
        "zh-Latn-pinyin",
        "chr-US-Qaaa-x-west",
        "yue",
    ]
