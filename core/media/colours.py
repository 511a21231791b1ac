"""Colours by name and by hex code, and arithmetic on them in OKLCH, where equal steps look equal.

A colour is red, green and blue from 0 to 255. OKLCH is lightness (0 to 1), chroma (0 to about 0.35) and hue
(degrees): Björn Ottosson, "A perceptual color space for image processing".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

Colour = tuple[int, int, int]

HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-zA-Z])")

NAMES: Mapping[str, str] = {
    "amber": "#ffb300",
    "apricot": "#fbb68a",
    "aqua": "#39d3d3",
    "beige": "#efe3cf",
    "black": "#000000",
    "blue": "#2563eb",
    "bronze": "#b0783c",
    "brown": "#7a4a2b",
    "burgundy": "#7b1e3a",
    "charcoal": "#33363b",
    "chocolate": "#5c3a24",
    "coral": "#ff7a5c",
    "cream": "#fbf3e0",
    "crimson": "#d3163f",
    "cyan": "#06b6d4",
    "emerald": "#0f9f6e",
    "fuchsia": "#d929c6",
    "gold": "#d9a521",
    "gray": "#808080",
    "green": "#1f9d55",
    "indigo": "#4338ca",
    "ivory": "#fdfaf0",
    "jade": "#1f9a78",
    "khaki": "#b9ae7a",
    "lavender": "#b8a8e8",
    "lemon": "#f7e34b",
    "lilac": "#c8a2d8",
    "lime": "#84cc16",
    "magenta": "#d6249f",
    "maroon": "#6d1a26",
    "mint": "#9fe3c4",
    "mustard": "#d8a520",
    "navy": "#14234f",
    "ochre": "#c8842a",
    "olive": "#767d2c",
    "orange": "#f77f1e",
    "peach": "#ffc29c",
    "pink": "#f472a8",
    "plum": "#7d3c78",
    "purple": "#7e3af2",
    "red": "#e02424",
    "rose": "#e8537f",
    "ruby": "#b3123f",
    "rust": "#b4491f",
    "salmon": "#f98c7c",
    "sand": "#dcc69a",
    "scarlet": "#ef2b14",
    "sienna": "#a0522d",
    "silver": "#c0c4c9",
    "sky blue": "#7cc4f2",
    "slate": "#5b6778",
    "tan": "#cdaa7d",
    "teal": "#0d8c8c",
    "terracotta": "#c8623c",
    "turquoise": "#2fcdbd",
    "violet": "#8b5cf6",
    "white": "#ffffff",
    "yellow": "#f9d423",
}
"""In lower case, with the colour that the eye expects rather than that of the screen's corner."""

SPELLINGS = {"grey": "gray", "skyblue": "sky blue", "navy blue": "navy"}
_WORDS = "|".join(sorted([*NAMES, *SPELLINGS], key=len, reverse=True))
MENTION = re.compile(rf"{HEX.pattern}|\b(?:{_WORDS})\b", re.IGNORECASE)


def from_hex(text: str) -> Colour:
    """The colour of `#rgb` or `#rrggbb`."""
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def by_name(text: str) -> Colour | None:
    """The colour that a name or a hex code means."""
    name = " ".join(text.lower().split())
    if HEX.fullmatch(name):
        return from_hex(name)
    known = NAMES.get(SPELLINGS.get(name, name))
    return from_hex(known) if known else None


def mentioned(text: str) -> list[Colour]:
    """The colours that a text names, in order, each once."""
    found = dict.fromkeys(_found(text))
    return list(found)


def _found(text: str) -> Iterator[Colour]:
    for match in MENTION.finditer(text):
        colour = by_name(match[0])
        if colour is not None:
            yield colour


def to_oklch(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (_linear(part / 255) for part in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def from_oklch(light: float, chroma: float, hue: float) -> Colour:
    """The colour, with less chroma where the screen does not have so much of it."""
    light = min(max(light, 0.0), 1.0)
    for step in range(21):
        parts = _screen(light, chroma * (1 - step / 20), hue)
        if all(-0.002 <= part <= 1.002 for part in parts):
            break
    red, green, blue = (round(255 * _gamma(min(max(part, 0.0), 1.0))) for part in parts)
    return red, green, blue


def _screen(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear red, green and blue, out of 0 to 1 where the screen cannot show them."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour on the way from the first (0) to the second (1), in OKLab, so without a grey middle."""
    (l1, c1, h1), (l2, c2, h2) = to_oklch(first), to_oklch(second)
    a1, b1 = c1 * math.cos(math.radians(h1)), c1 * math.sin(math.radians(h1))
    a2, b2 = c2 * math.cos(math.radians(h2)), c2 * math.sin(math.radians(h2))
    a, b = a1 + (a2 - a1) * share, b1 + (b2 - b1) * share
    return from_oklch(l1 + (l2 - l1) * share, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def shift(colour: Colour, *, light: float = 0.0, chroma: float = 1.0, hue: float = 0.0) -> Colour:
    """The colour, lighter by `light`, with `chroma` times its own, turned by `hue` degrees."""
    was_light, was_chroma, was_hue = to_oklch(colour)
    return from_oklch(was_light + light, was_chroma * chroma, was_hue + hue)


def contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    brighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
