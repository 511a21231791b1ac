"""Channels that the mix loses are heard by the loudest of them, without a gap and without memory of all."""

from __future__ import annotations

import math
from array import array

import av
import pytest

from core.media.worker.codecs.mix import Mix
from core.media.worker.codecs.pcm import RATE, MonoConverter

TONE = [int(8000 * math.sin(number / 9)) for number in range(RATE)]
"""A second."""

HALF = [sample // 2 for sample in TONE]
NOTHING = [0] * RATE


def mixed(left: list[int], right: list[int]) -> bytes:
    """Both channels through a converter, in frames of a fiftieth of a second."""
    converter, found = MonoConverter(), b""
    stereo = array("h", [sample for pair in zip(left, right, strict=True) for sample in pair])
    for start in range(0, len(stereo), 640):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=320, align=1)
        frame.sample_rate = RATE
        frame.planes[0].update(stereo[start : start + 640].tobytes())
        found += converter.convert(frame)
    return found + converter.close()


def samples(*values: list[int]) -> bytes:
    return array("h", [sample for value in values for sample in value]).tobytes()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (TONE, TONE, TONE),
        (TONE, [-sample for sample in TONE], TONE),
        (HALF, [-sample for sample in TONE], [-sample for sample in TONE]),
        (NOTHING, TONE, HALF),
        (NOTHING, NOTHING, NOTHING),
    ],
)
def test_what_one_channel_says_is_heard(left, right, expected):
    found = array("h", mixed(left, right))

    assert len(found) == RATE
    assert max(abs(got - want) for got, want in zip(found, expected, strict=True)) <= 1


def test_channels_that_turn_around_are_heard_within_a_moment():
    turned = [-sample for sample in TONE]
    found = array("h", mixed(TONE * 3, TONE + turned + TONE))

    quiet = [at for at in range(0, len(found), 320) if max(map(abs, found[at : at + 320])) < 4000]
    assert len(quiet) * 320 < RATE / 2
    assert found[-RATE // 2 :] == array("h", TONE[RATE // 2 :])


def test_the_channel_of_low_frequencies_is_not_speech():
    mix = Mix(("LFE", "FL"))
    assert mix.choose(samples([100] * 700), samples([30_000, 50] * 700)) == samples([100] * 700)


def test_three_channels_are_told_apart():
    mix = Mix(("FL", "FR", "FC"))

    assert mix.choose(samples([0] * 700), samples([1, 9, 5] * 700)) == samples([9] * 700)
