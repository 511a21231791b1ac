"""A sea of layered waves below a low sun."""

from __future__ import annotations

import math
import random
from typing import Any

from core.media.colours import Colour, mix, shift, to_oklch
from core.media.worker.drawing.light import fall, grain, sky
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.pictures.mountains import atmosphere, sun
from core.media.worker.drawing.shapes import Point, polygon, polyline
from core.media.worker.drawing.sheet import Sheet, lay, lay_image

LAYERS = 9


def draw(sheet: Sheet) -> Any:
    rng = sheet.random("waves")
    wide, high = sheet.box
    tones = atmosphere(sheet)
    image = sheet.ground()
    if not sheet.transparent:
        image = sky(sheet, [(0.0, tones[0]), (0.34, tones[1]), (0.5, tones[2]), (1.0, tones[2])], 0.05)
        sun(image, sheet, rng, tones[2])
    dark, middle, light = water(sheet)
    for number in range(LAYERS):
        share = number / (LAYERS - 1)
        points = swell(rng, wide, high * (0.46 + 0.47 * share**1.25), 7 + 32 * share)
        colour = mix(light, middle, share * 2) if share < 0.5 else mix(middle, dark, share * 2 - 1)
        layer(image, sheet, points, colour, mix(colour, light, 0.3), 1.6 + 3.2 * share)
    return grain(caption(image, sheet), sheet, 3.0)


def water(sheet: Sheet) -> tuple[Colour, Colour, Colour]:
    """Dark, middle and light water: the cold colours of the palette, or its dark ones."""
    colours = [*sheet.palette.accents, sheet.palette.ink, sheet.palette.ground]
    cold = sorted((c for c in colours if 140 < to_oklch(c)[2] < 320), key=lambda c: to_oklch(c)[0])
    cold = cold if len(cold) > 1 else sorted(colours, key=lambda c: to_oklch(c)[0])[:3]
    return cold[0], cold[len(cold) // 2], mix(cold[-1], (255, 255, 255), 0.2)


def swell(rng: random.Random, wide: float, level: float, height: float) -> list[Point]:
    """The line of a wave: a few sines, peaked as water is."""
    waves = [(rng.uniform(0.6, 1.0) * 2**n, rng.uniform(0, math.tau), 0.62**n) for n in range(3)]
    length = 520 + rng.uniform(-80, 80)
    points = []
    for step in range(int(wide / 5) + 3):
        x = (step - 1) * 5.0
        value = sum(weight * math.sin(math.tau * x / length * pace + phase) for pace, phase, weight in waves)
        peaked = (abs(math.sin(math.pi * x / (length * 0.8) + waves[0][1])) - 0.6) * -0.9
        points.append((x, level - height * (value * 0.55 - peaked)))
    return points


def layer(image: Any, sheet: Sheet, points: list[Point], colour: Colour, crest: Colour, line: float) -> None:
    wide, high = sheet.box
    outline = [(-10.0, high + 10), *points, (wide + 10, high + 10)]
    mask = sheet.stencil(polygon(outline))
    begins = min(y for _, y in points)
    shade = fall(sheet, [(0.0, colour), (1.0, shift(colour, light=-0.05))], begins, 190)
    lay_image(image, shade, mask)
    lay(image, crest, sheet.stencil(polyline(points, line)), 0.75)
