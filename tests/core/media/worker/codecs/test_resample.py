from __future__ import annotations

import math
from array import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.media.worker.codecs.resample import LinearResampler

SOUND = array("h", [int(9000 * math.sin(index / 20)) for index in range(2205)]).tobytes()


def test_resampling_keeps_the_duration_and_the_shape():
    made = array("h", LinearResampler(22_050, 24_000).convert(SOUND))

    assert len(made) == 2399
    wanted = [9000 * math.sin(index * 22_050 / 24_000 / 20) for index in range(len(made))]
    assert max(abs(got - want) for got, want in zip(made, wanted, strict=True)) < 10


@given(st.lists(st.integers(0, 2205), max_size=8))
def test_resampling_does_not_depend_on_the_pieces(cuts):
    places = [0, *sorted(cuts), 2205]
    resampler = LinearResampler(22_050, 24_000)
    pairs = pairwise(places)
    pieces = b"".join(resampler.convert(SOUND[2 * start : 2 * end]) for start, end in pairs)

    whole = array("h", LinearResampler(22_050, 24_000).convert(SOUND))
    assert max(abs(a - b) for a, b in zip(array("h", pieces), whole, strict=True)) <= 1
