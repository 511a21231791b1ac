"""Ranges of mountains behind each other in the haze, a sun or a moon above them."""

from __future__ import annotations

import math
import random
from typing import Any

from core.media.colours import Colour, mix, shift, to_oklch
from core.media.worker.drawing.light import fall, glow, grain, sky
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.shapes import Point, disc, polygon
from core.media.worker.drawing.sheet import Sheet, lay, lay_image

RANGES = 6
STEP = 4.0
"""Units from point to point of a crest."""

WARM = 100.0
"""Hues below are those of an evening sky; others are mixed with air."""


def draw(sheet: Sheet) -> Any:
    rng = sheet.random("mountains")
    tones = atmosphere(sheet)
    wide, high = sheet.box
    image = sheet.ground()
    if not sheet.transparent:
        image = sky(sheet, [(0.0, tones[0]), (0.3, tones[1]), (0.52, tones[2]), (1.0, tones[2])], 0.06)
        sun(image, sheet, rng, tones[2])
    near = shift(sheet.palette.ink, light=0.0) if not sheet.palette.is_dark else shift(tones[0], light=-0.08)
    for number in range(RANGES):
        share = number / (RANGES - 1)
        level = high * (0.44 + 0.44 * share**1.15)
        points = crest(
            rng, wide, level, 60 + 85 * math.sin(math.pi * (0.25 + 0.55 * share)), 0.52 + 0.06 * share
        )
        colour = mix(mix(tones[2], tones[3], min(1.0, 0.25 + share * 1.6)), near, share**1.25)
        if sheet.hints.get("trees") and number >= 3:
            points = pines(points, rng, 10 + 16 * (number - 2))
        ridge(image, sheet, points, colour, mix(colour, tones[2], 0.42 * (1 - share) + 0.1))
    return grain(caption(image, sheet), sheet, 3.0)


def atmosphere(sheet: Sheet) -> tuple[Colour, Colour, Colour, Colour]:
    """The colours of the zenith, the sky, the horizon and the farthest range."""
    palette = sheet.palette
    accents = sorted(palette.accents[:4], key=lambda colour: to_oklch(colour)[0])
    if palette.is_dark:
        return shift(palette.ground, light=0.02), accents[0], accents[-1], accents[1]
    air = 0.0 if to_oklch(accents[2])[2] < WARM else 0.5
    zenith, middle = mix(accents[1], accents[2], 0.35 + air), accents[2]
    zenith, middle = mix(zenith, palette.ground, air), mix(middle, palette.ground, air)
    return zenith, middle, mix(accents[3], palette.ground, 0.35 + air), accents[1]


def sun(image: Any, sheet: Sheet, rng: random.Random, horizon: Colour) -> None:
    wide, high = sheet.box
    x, y = wide * rng.choice((0.3, 0.36, 0.64, 0.7)), high * rng.uniform(0.26, 0.36)
    radius = rng.uniform(62, 92)
    bright = mix(horizon, (255, 246, 226), 0.72)
    lay(image, bright, glow(sheet, (x, y), 300, 1.6), 0.6)
    lay(image, mix(bright, (255, 253, 246), 0.55), sheet.stencil(disc(x, y, radius)))


def crest(rng: random.Random, wide: float, level: float, height: float, rough: float) -> list[Point]:
    """The line of a range: midpoint displacement, from left to right."""
    count = 1 << math.ceil(math.log2(wide / STEP))
    line = [0.0] * (count + 1)
    line[0], line[count] = rng.uniform(-1, 1), rng.uniform(-1, 1)
    step, spread = count, 1.0
    while step > 1:
        for at in range(step // 2, count, step):
            middle = (line[at - step // 2] + line[at + step // 2]) / 2
            line[at] = middle + rng.uniform(-spread, spread)
        step, spread = step // 2, spread * rough
    return [(at * wide / count, level - value * height) for at, value in enumerate(line)]


def pines(points: list[Point], rng: random.Random, size: float) -> list[Point]:
    """The line with the tips of trees on it."""
    found: list[Point] = []
    x = -size
    lines = iter(points)
    current = next(lines)
    while x < points[-1][0] + size:
        while current[0] < x and (following := next(lines, None)) is not None:
            current = following
        tall, half, y = size * rng.uniform(0.9, 2.1), size * rng.uniform(0.22, 0.34), current[1]
        found.append((x - half, y + 6))
        for tier in (0.0, 0.34, 0.64):
            spread = half * (1 - tier)
            found += [(x - spread, y - tall * tier), (x - spread * 0.55, y - tall * (tier + 0.22))]
        found.append((x, y - tall))
        for tier in (0.64, 0.34, 0.0):
            spread = half * (1 - tier)
            found += [(x + spread * 0.55, y - tall * (tier + 0.22)), (x + spread, y - tall * tier)]
        x += size * rng.uniform(0.4, 0.95)
    return found


def ridge(image: Any, sheet: Sheet, points: list[Point], top: Colour, foot: Colour) -> None:
    """Fill below a line, fading towards its foot as into haze."""
    wide, high = sheet.box
    outline = [
        (-10.0, high + 10),
        (-10.0, points[0][1]),
        *points,
        (wide + 10, points[-1][1]),
        (wide + 10, high + 10),
    ]
    mask = sheet.stencil(polygon(outline))
    begins = min(y for _, y in points)
    lay_image(image, fall(sheet, [(0.0, top), (1.0, foot)], begins, 330), mask)
