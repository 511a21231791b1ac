"""Names of colours."""

from __future__ import annotations

import pytest

from core.providers.local.inspector.report.colours import colour_name


@pytest.mark.parametrize(
    ("channels", "name"),
    [
        ((255, 255, 255), "white"),
        ((0, 0, 0), "black"),
        ((200, 200, 200), "light grey"),
        ((255, 0, 0), "red"),
        ((255, 0, 10), "red"),
        ((0, 0, 128), "dark blue"),
        ((139, 69, 19), "brown"),
        ((128, 128, 0), "olive"),
    ],
)
def test_colours_have_common_names(channels, name):
    assert colour_name(*channels) == name
