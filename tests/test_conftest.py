"""Who gets a second try: tests of the clock, and nobody else."""

from __future__ import annotations

import pytest


@pytest.mark.timing
def test_a_test_of_the_clock_has_a_second_try(request):
    assert request.node.get_closest_marker("flaky").kwargs == {"reruns": 1}


def test_any_other_test_has_one_try(request):
    assert request.node.get_closest_marker("flaky") is None
