"""Everyday names for colours."""

from __future__ import annotations

import colorsys

HUES = (
    (15, "red"),
    (42, "orange"),
    (65, "yellow"),
    (95, "yellow green"),
    (160, "green"),
    (195, "turquoise"),
    (255, "blue"),
    (290, "violet"),
    (345, "pink"),
    (361, "red"),
)
"""Degrees up to which a hue is called so."""


def name(red: int, green: int, blue: int) -> str:
    """`dark green`, `light grey`: near enough to speak of a colour."""
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if lightness > 0.95:
        return "white"
    if lightness < 0.07:
        return "black"
    shade = "light " if lightness > 0.7 else "dark " if lightness < 0.32 else ""
    if saturation < 0.12:
        return f"{shade}grey"
    found = next(called for limit, called in HUES if hue * 360 < limit)
    if found == "orange" and lightness < 0.45:
        return "dark brown" if lightness < 0.25 else "brown"
    if found == "yellow" and lightness < 0.45:
        return "olive"
    return f"{shade}{found}"
