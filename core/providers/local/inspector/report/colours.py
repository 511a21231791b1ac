"""Common names of colours."""

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
"""The hue in degrees, exclusive, up to which each name is used."""


def colour_name(red: int, green: int, blue: int) -> str:
    """Such as `dark green` or `light grey`; the channels are 0 to 255."""
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if lightness > 0.95:
        return "white"
    if lightness < 0.07:
        return "black"
    shade = "light " if lightness > 0.7 else "dark " if lightness < 0.32 else ""
    if saturation < 0.12:
        return f"{shade}grey"
    found = next(hue_name for limit, hue_name in HUES if hue * 360 < limit)
    if found == "orange" and lightness < 0.45:
        return "dark brown" if lightness < 0.25 else "brown"
    if found == "yellow" and lightness < 0.45:
        return "olive"
    return f"{shade}{found}"
