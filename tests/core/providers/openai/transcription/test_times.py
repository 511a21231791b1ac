"""Times that servers leave out or confuse."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.openai.transcription.times import Span, mend, span_of

NONE = Span(None, None)


@pytest.mark.parametrize(
    ("spans", "mended"),
    [
        ([], []),
        ([NONE, NONE], []),
        ([Span(0, 1), NONE, NONE, Span(3, 4)], [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ([NONE, Span(2, 3), NONE], [(0, 2), (2, 3), (3, 3)]),
        ([Span(0, 5), NONE, Span(2, 3)], [(0, 2), (2, 2), (2, 3)]),
        ([Span(0, 1), Span(500, 501), Span(2, 3), Span(3, 4)], [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ([Span(0, 3, "A"), Span(2, 4, "A")], [(0, 2), (2, 4)]),
        ([Span(0, 3, "A"), Span(2, 4, "B")], [(0, 3), (2, 4)]),
        ([Span(None, 1), Span(None, 2)], [(0, 1), (1, 2)]),
    ],
)
def test_times_stand_between_their_neighbours(spans, mended):
    assert mend(spans) == mended


def test_words_without_times_share_the_time_of_their_segment():
    assert mend([NONE, NONE], 4.0, 8.0) == [(4.0, 6.0), (6.0, 8.0)]


@pytest.mark.parametrize(
    ("entry", "span"),
    [
        ({"start": "0.11", "end": " 2 "}, Span(0.11, 2.0)),
        ({"start": 3, "end": 1}, Span(1.0, 3.0)),
        ({"start": -1, "end": True}, Span(0.0, None)),
        ({"start": "soon", "end": [1]}, NONE),
        ({"start": 10**400, "end": "nan"}, NONE),
        ({"timestamp": [1.5, None]}, Span(1.5, None)),
        ({}, NONE),
    ],
)
def test_what_is_a_time(entry, span):
    assert span_of(entry) == span


TIMES = st.none() | st.floats(-5, 100)


@given(
    st.lists(st.tuples(TIMES, TIMES), max_size=30),
    st.none() | st.floats(0, 50),
    st.none() | st.floats(0, 120),
)
def test_all_entries_or_none_have_times_in_order(times, begin, end):
    mended = mend([span_of({"start": start, "end": stop}) for start, stop in times], begin, end)
    assert len(mended) in (0, len(times))
    assert all(start <= stop for start, stop in mended)
    assert all(first[1] <= second[0] for first, second in pairwise(mended))
