"""A known text aligned with its audio: times for the words that are found, none for the others."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.contract.errors import InvalidRequest, Unavailable, Unsupported
from core.media import client
from core.media.client import align
from core.media.worker.engines.pocketsphinx import Token
from core.media.worker.jobs.align import KnownWord, align_tokens, known_words
from tests.fakes.audio_files import RATE, write_wav

pytestmark = pytest.mark.anyio

TEXT = (
    "And so, my fellow Americans: ask not what your country can do for you — "
    "ask what you can do for your country."
)


async def test_every_word_gets_its_place(speech_file):
    words = await align(speech_file, TEXT)

    assert [word.word for word in words] == TEXT.replace(",", "").replace(":", "").replace(" —", "").replace(
        ".", ""
    ).split()
    times = [moment for word in words for moment in (word.start, word.end)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert 0 < times[0] < times[-1] < 11.0
    by_word = {word.word: word for word in words}
    assert by_word["Americans"].start == pytest.approx(1.6, abs=0.2)
    assert [word for word in words if word.confidence is not None] == []


async def test_words_that_nobody_can_place_are_left_out(speech_file):
    words = await align(speech_file, TEXT.replace("fellow", "Zwrxqk 1961"))

    assert [word.word for word in words[:4]] == ["And", "so", "my", "Americans"]
    assert len(words) == 21


@pytest.mark.parametrize("text", ["", "мир", "1961, 1962!", "\x01\x00"])
async def test_text_without_a_known_word_has_no_times(speech_samples, tmp_path, text):
    assert await align(write_wav(tmp_path / "sound.wav", speech_samples), text) == ()


async def test_text_that_is_not_in_the_sound_has_no_times(aligner, tmp_path):
    short = write_wav(tmp_path / "short.wav", bytes(RATE // 5))

    assert await align(short, TEXT) == ()


async def test_file_without_sound_is_refused(aligner, tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_bytes(b"This is a letter. " * 10)

    with pytest.raises(InvalidRequest, match="no kind of file"):
        await align(path, TEXT)


async def test_more_than_ten_minutes_are_refused(aligner, tmp_path):
    with pytest.raises(Unsupported, match="600 seconds"):
        await align(write_wav(tmp_path / "long.wav", bytes(601 * RATE * 2)), TEXT)


async def test_missing_extra_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "alignment_hint", lambda: "pip install it")

    with pytest.raises(Unavailable, match="pip install it"):
        await align(tmp_path / "unread.wav", TEXT)


async def test_words_are_looked_up_without_their_marks():
    dictionary = {"well", "known", "don't", "stop"}

    assert known_words("“Well-known”, DON’T 7 (stop)!", dictionary.__contains__) == [
        KnownWord("Well-known", ("well", "known")),
        KnownWord("DON’T", ("don't",)),
        KnownWord("stop", ("stop",)),
    ]


async def test_a_word_of_two_parts_spans_both():
    words = [KnownWord("well-known", ("well", "known")), KnownWord("fact", ("fact",))]
    tokens = [Token("well", 0.1, 0.3, 1.0), Token("known", 0.3, 0.6, 1.0), Token("fact", 0.7, 0.9, 1.0)]

    assert align_tokens(words, tokens) == [("well-known", 0.1, 0.6), ("fact", 0.7, 0.9)]
    assert align_tokens(words, tokens[:2]) == []
