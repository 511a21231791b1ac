"""Palettes that go well together, by mood, and palettes made from given colours."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.media.colours import Colour, contrast, from_hex, from_oklch, mix, shift, to_oklch

VIVID, NATURAL = 1.12, 0.62
"""What the styles do to chroma."""

READABLE = 4.5
"""The least contrast of text on its ground (WCAG 2, AA)."""


@dataclass(frozen=True, slots=True)
class Palette:
    """`ground` is behind all, `ink` is read on it, `accents` are four or more, from the ground's side to the
    ink's where that has an order."""

    name: str
    ground: Colour
    ink: Colour
    accents: tuple[Colour, ...]

    @property
    def is_dark(self) -> bool:
        return to_oklch(self.ground)[0] < 0.55

    @property
    def all(self) -> tuple[Colour, ...]:
        return (self.ground, *self.accents, self.ink)


MOODS: Mapping[str, str] = {
    "sunset": "#fff1dc #2d1230 #ffc56b #ff8a5b #e94f64 #8e2f6d",
    "dusk": "#191a3a #fbe9dc #3a3470 #7a4a8c #d8698a #ffb38a",
    "dawn": "#fdf0ea #2b2a4a #ffd9c2 #f6a6a1 #b58ab8 #5d6aa5",
    "ocean": "#eef7f6 #0a2540 #a9dfdc #45b4bd #1877a5 #154577",
    "forest": "#f3f2e4 #16291f #c9d6a3 #7fa65f #3f7750 #22503f",
    "desert": "#fbf0df #3b1f14 #f0cf9a #dd9a5b #bb6039 #7a3a2c",
    "winter": "#f4f8fb #1d2b3f #d3e4f0 #9fc0da #6690b8 #3d5a85",
    "spring": "#fdf8f0 #27402f #f9c7d3 #b9dca2 #6fb98f #e97f9a",
    "summer": "#fffaea #0d3b4f #ffd84d #ff9b42 #39bfb4 #157ea3",
    "autumn": "#faf0e1 #33190f #edb34d #d9772f #a93f25 #6a2a24",
    "night": "#0c1026 #eef0ff #202a5c #3f4fa0 #7f8fe0 #ffd98a",
    "berry": "#fbeff3 #3a0f2c #f5b3c8 #d95b8b #9a2766 #5a1a4c",
    "citrus": "#fffbe6 #2b3a0d #f9e04c #f7b32b #a8c63a #4f8a2f",
    "coffee": "#f6efe6 #2a1a12 #dcc3a5 #b08659 #7c5233 #4c3120",
    "candy": "#fff3f8 #3b1d5a #ffb3d1 #ff7eb6 #8fd6f0 #9b7bea",
    "stone": "#f3f2ef #22252a #d6d3cc #aeaaa1 #7c7a75 #c46a45",
    "neon": "#0b0b14 #f7f7ff #2b1b5a #ff2e88 #12e2d0 #f8f14a",
    "paper": "#faf6ee #1f1d1a #e8ddc8 #d9573c #2f5d7c #e2a93b",
}
"""Ground, ink and four accents of each."""


def by_mood(name: str) -> Palette:
    ground, ink, *accents = (from_hex(code) for code in MOODS[name].split())
    return Palette(name, ground, ink, tuple(accents))


def of_colours(colours: Sequence[Colour], rng: random.Random) -> Palette:
    """A palette around the given colours: those themselves, and neighbours until there are four accents."""
    accents = list(colours[:8])
    while len(accents) < 4:
        base = colours[len(accents) % len(colours)]
        accents.append(neighbour(base, len(accents), rng))
    light, chroma, hue = to_oklch(colours[0])
    tint = min(chroma, 0.03)
    if rng.random() < 0.35 and light < 0.8:
        return Palette("", from_oklch(0.2, tint + 0.02, hue), from_oklch(0.96, tint, hue), tuple(accents))
    return Palette("", from_oklch(0.965, tint / 2, hue), from_oklch(0.24, tint + 0.02, hue), tuple(accents))


def neighbour(colour: Colour, step: int, rng: random.Random) -> Colour:
    """A colour beside the given one: another lightness, a hue some degrees away."""
    light, chroma, hue = to_oklch(colour)
    turn = rng.choice((-1, 1)) * rng.uniform(18, 42)
    lighter = 0.16 if light < 0.6 else -0.16
    return from_oklch(light + lighter * (1 if step % 2 else -0.8), max(chroma, 0.04), hue + turn)


def styled(palette: Palette, style: str) -> Palette:
    """`vivid` has more colour, `natural` less; anything else is the palette as it is."""
    factor = {"vivid": VIVID, "natural": NATURAL}.get(style, 1.0)
    if factor == 1.0:
        return palette
    accents = tuple(shift(colour, chroma=factor) for colour in palette.accents)
    return Palette(palette.name, shift(palette.ground, chroma=factor), palette.ink, accents)


def readable(ink: Colour, ground: Colour) -> Colour:
    """The ink, moved away from the ground until text in it can be read there."""
    end = (0, 0, 0) if contrast((0, 0, 0), ground) > contrast((255, 255, 255), ground) else (255, 255, 255)
    for share in (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0):
        mixed = mix(ink, end, share)
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return end
