"""A night sky: the band of the Milky Way, stars of many sizes, a dark ridge with trees at its foot."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy

from core.media.colours import Colour, from_oklch, mix, to_oklch
from core.media.worker.drawing.light import Field, coloured, glow, grain, image_of, noise, places
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.pictures.mountains import crest, pines, ridge
from core.media.worker.drawing.shapes import disc, dots
from core.media.worker.drawing.sheet import Sheet, lay

DENSITY = 0.00115
"""Stars for a square unit."""


def draw(sheet: Sheet) -> Any:
    rng = sheet.random("stars")
    deep, glowing = night(sheet)
    image = sheet.ground()
    band = milky_way(sheet, rng)
    if not sheet.transparent:
        x, y = places(sheet)
        low = (y / sheet.box[1]) ** 1.6 + 0 * x
        field = numpy.clip(0.12 + 0.34 * low + 0.5 * band, 0, 1)
        image = image_of(coloured(field, [(0.0, deep), (0.45, mix(deep, glowing, 0.45)), (1.0, glowing)]))
    stars(image, sheet, rng, band, glowing)
    foreground(image, sheet, rng, deep)
    return grain(caption(image, sheet), sheet, 2.5)


def night(sheet: Sheet) -> tuple[Colour, Colour]:
    """The colour of the dark and that of the glow."""
    hues = [to_oklch(colour) for colour in (*sheet.palette.accents, sheet.palette.ground)]
    _, chroma, hue = min(hues)
    vivid = max(hues, key=lambda parts: parts[1])
    return from_oklch(0.13, min(max(chroma, 0.03), 0.06), hue), from_oklch(
        0.52, min(vivid[1], 0.15), vivid[2]
    )


def milky_way(sheet: Sheet, rng: random.Random) -> Field:
    """How bright the band is at each pixel."""
    wide, high = sheet.box
    x, y = places(sheet)
    angle = rng.choice((-1, 1)) * rng.uniform(0.5, 0.95)
    bend = (noise(sheet, "bend", 1.5, 2) - 0.5) * 260
    across = (x - wide / 2) * math.sin(angle) + (y - high * 0.42) * math.cos(angle) + bend
    cloud = noise(sheet, "cloud", 3.2, 6, 0.58)
    dust = noise(sheet, "dust", 4.4, 5, 0.6)
    core = numpy.exp(-((across / 190) ** 2))
    lane = numpy.exp(-(((across + 26) / 62) ** 2)) * numpy.clip(dust * 1.7 - 0.45, 0, 1)
    band: Field = numpy.clip(core * (0.25 + 1.15 * cloud) - 0.75 * lane, 0, 1)
    return band


def stars(image: Any, sheet: Sheet, rng: random.Random, band: Field, tint: Colour) -> None:
    wide, high = sheet.box
    count = int(wide * high * DENSITY * 1.4)
    rows, columns = band.shape
    layers: dict[int, list[tuple[float, float, float]]] = {0: [], 1: [], 2: []}
    for _ in range(count):
        x, y, chance, size = rng.uniform(0, wide), rng.uniform(0, high), rng.random(), rng.random()
        milky = band[min(int(y * sheet.unit), rows - 1), min(int(x * sheet.unit), columns - 1)]
        if chance < 0.45 + 0.55 * milky:
            layers[rng.choices((0, 1, 2), (6, 3, 1))[0]].append((x, y, 0.45 + 1.25 * size**5 + 0.45 * size))
    colours = (
        (255, 255, 255),
        mix((255, 255, 255), (150, 190, 255), 0.45),
        mix((255, 255, 255), (255, 205, 150), 0.5),
    )
    for number, found in layers.items():
        lay(image, colours[number], sheet.stencil(dots(found)), 0.94)
    for _ in range(rng.randint(9, 14)):
        x, y, radius = rng.uniform(0, wide), rng.uniform(0, high * 0.75), rng.uniform(2.2, 3.9)
        lay(image, mix((255, 255, 255), tint, 0.25), glow(sheet, (x, y), radius * 9, 1.5), 0.38)
        lay(image, (255, 255, 255), sheet.stencil(disc(x, y, radius)))


def foreground(image: Any, sheet: Sheet, rng: random.Random, deep: Colour) -> None:
    wide, high = sheet.box
    light, chroma, hue = to_oklch(deep)
    far, near = from_oklch(light + 0.03, chroma, hue), from_oklch(light - 0.045, chroma * 0.6, hue)
    ridge(image, sheet, crest(rng, wide, high * 0.85, 60, 0.5), far, near)
    ridge(image, sheet, pines(crest(rng, wide, high * 0.94, 30, 0.5), rng, 30), near, near)
