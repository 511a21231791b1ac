"""Gradients, soft fields of colour, noise and grain, computed with numpy at the size of the picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy

from core.media.colours import Colour, mix, to_oklch
from core.media.worker.drawing.sheet import Sheet
from core.media.worker.libraries import pillow

Field = numpy.ndarray[Any, numpy.dtype[Any]]
"""Numbers for each pixel: height x width, or with a third axis for the parts of a colour."""

ROWS = 128
"""Rows of a wide computation that are done at once, so that it takes little memory."""

SOFT = 1024
"""Pixels of the long side at which soft things are computed."""

Stops = Sequence[tuple[float, Colour]]


def places(sheet: Sheet, first: int = 0, last: int | None = None) -> tuple[Field, Field]:
    """The x and y of pixels in units, of the rows from `first` to `last`."""
    wide, high = sheet.pixels
    x = (numpy.arange(wide, dtype=numpy.float32) + 0.5) / sheet.unit
    y = (numpy.arange(first, high if last is None else last, dtype=numpy.float32) + 0.5) / sheet.unit
    return x[None, :], y[:, None]


def image_of(parts: Field) -> Any:
    """The image of red, green and blue from 0 to 255."""
    return pillow().fromarray(numpy.clip(parts + 0.5, 0, 255).astype(numpy.uint8), "RGB")


def mask_of(field: Field) -> Any:
    """The mask of numbers from 0 to 1."""
    return pillow().fromarray(numpy.clip(field * 255 + 0.5, 0, 255).astype(numpy.uint8), "L")


def ramp(stops: Stops, steps: int = 1024) -> Field:
    """Colours from stop to stop (places from 0 to 1) in `steps` rows, mixed so that no middle is grey."""
    table = []
    for step in range(steps):
        at = step / (steps - 1)
        after = next((number for number, stop in enumerate(stops) if stop[0] >= at), len(stops) - 1)
        before = max(after - 1, 0)
        (start, first), (end, second) = stops[before], stops[after]
        share = (at - start) / (end - start) if end > start else 0.0
        table.append(mix(first, second, min(max(share, 0.0), 1.0)))
    return numpy.array(table, dtype=numpy.float32)


def coloured(field: Field, stops: Stops) -> Field:
    """The colours of a field of numbers from 0 to 1, finely graded between the steps of the ramp."""
    table = ramp(stops, 256)
    at = numpy.clip(field, 0, 1) * 255
    low = numpy.minimum(at.astype(numpy.int32), 254)
    share = (at - low)[..., None]
    mixed: Field = table[low] * (1 - share) + table[low + 1] * share
    return mixed


def fall(sheet: Sheet, stops: Stops, begins: float, length: float) -> Any:
    """A gradient downward from one height, as long as `length`, both in units."""
    _, y = places(sheet)
    column = image_of(coloured(numpy.clip((y - begins) / length, 0, 1), stops))
    return column.resize(sheet.pixels)


def softly(sheet: Sheet, compute: Callable[[Sheet], Any]) -> Any:
    """What has no edges, computed small and then enlarged."""
    largest = max(sheet.pixels)
    if largest <= SOFT:
        return compute(sheet)
    image = compute(replace(sheet, scale=sheet.scale * SOFT / largest))
    return image.resize(sheet.pixels, pillow().Resampling.BICUBIC)


def sky(sheet: Sheet, stops: Stops, bend: float = 0.0) -> Any:
    """A gradient from the top to the bottom; `bend` pulls it down in the middle, in shares of the height."""
    return softly(sheet, lambda small: arched(small, stops, bend))


def arched(sheet: Sheet, stops: Stops, bend: float) -> Any:
    x, y = places(sheet)
    wide, high = sheet.box
    field = y / high + bend * numpy.cos((x / wide - 0.5) * math.pi) - bend / 2
    return image_of(coloured(field.astype(numpy.float32), stops))


def noise(sheet: Sheet, purpose: str, cells: float, octaves: int = 4, gain: float = 0.5) -> Field:
    """Soft noise from 0 to 1 with about `cells` hills along the short side, `octaves` finer ones on them."""
    rng = sheet.generator(purpose)
    wide, high = sheet.box
    total = numpy.zeros(sheet.pixels[::-1], dtype=numpy.float32)
    weight, sum_of_weights = 1.0, 0.0
    for octave in range(octaves):
        across = cells * 2**octave / 1000
        total += weight * lattice(rng, sheet.pixels, wide * across, high * across)
        sum_of_weights += weight
        weight *= gain
    total /= sum_of_weights
    return numpy.clip((total - 0.5) * 1.7 + 0.5, 0, 1).astype(numpy.float32)


def lattice(rng: numpy.random.Generator, pixels: tuple[int, int], across: float, down: float) -> Field:
    """Random numbers on a lattice of so many cells, smoothly filled in between."""
    columns, rows = math.ceil(across) + 3, math.ceil(down) + 3
    values = rng.random((rows, columns), dtype=numpy.float32)
    box = (1.0, 1.0, 1.0 + across, 1.0 + down)
    grid = pillow().fromarray(values, "F")
    return numpy.asarray(grid.resize(pixels, pillow().Resampling.BICUBIC, box=box), dtype=numpy.float32)


def mesh(sheet: Sheet, colours: Sequence[Colour], purpose: str, spread: float = 0.42) -> Any:
    """Soft fields of the colours that flow into each other."""
    return softly(sheet, lambda small: blended(small, colours, purpose, spread))


def blended(sheet: Sheet, colours: Sequence[Colour], purpose: str, spread: float) -> Any:
    rng = sheet.random(purpose)
    wide, high = sheet.box
    order = list(colours) + rng.sample(list(colours), k=min(2, len(colours)))
    spots = [
        (rng.uniform(-0.1, 1.1) * wide, rng.uniform(-0.1, 1.1) * high, rng.uniform(0.75, 1.3), lab(colour))
        for colour in order
    ]
    bend_x = (noise(sheet, f"{purpose} x", 1.6, 2) - 0.5) * 420
    bend_y = (noise(sheet, f"{purpose} y", 1.6, 2) - 0.5) * 420
    x, y = places(sheet)
    x, y = x + bend_x, y + bend_y
    total = numpy.zeros((*x.shape, 3), dtype=numpy.float32)
    weights = numpy.zeros(x.shape, dtype=numpy.float32)
    for left, top, size, colour in spots:
        distance = ((x - left) ** 2 + (y - top) ** 2) / (spread * size * math.hypot(wide, high) / 1.6) ** 2
        weight = (1 / (0.05 + distance) ** 2.2).astype(numpy.float32)
        weights += weight
        total += weight[..., None] * colour
    return image_of(screen(total / weights[..., None]))


def lab(colour: Colour) -> Field:
    light, chroma, hue = to_oklch(colour)
    angle = math.radians(hue)
    return numpy.array([light, chroma * math.cos(angle), chroma * math.sin(angle)], dtype=numpy.float32)


def screen(field: Field) -> Field:
    """Red, green and blue from 0 to 255 of a field in OKLab."""
    light, a, b = field[..., 0], field[..., 1], field[..., 2]
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = numpy.stack(
        [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ],
        axis=-1,
    )
    linear = numpy.clip(linear, 0, 1)
    bright = 1.055 * numpy.power(linear, 1 / 2.4) - 0.055
    shown: Field = numpy.where(linear <= 0.0031308, linear * 12.92, bright) * 255
    return shown


def glow(sheet: Sheet, centre: tuple[float, float], radius: float, power: float = 2.0) -> Any:
    """A mask that fades from its centre outward; at `radius` (units) an eighth is left."""
    return softly(sheet, lambda small: faded(small, centre, radius, power))


def faded(sheet: Sheet, centre: tuple[float, float], radius: float, power: float) -> Any:
    x, y = places(sheet)
    distance = numpy.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius
    return mask_of((1 / (1 + 7 * distance**power)).astype(numpy.float32))


def grain(image: Any, sheet: Sheet, amount: float) -> Any:
    """The image with the grain of a film, which also hides the steps of gradients; see-through parts keep
    their opacity."""
    if sheet.scale < 1 or amount <= 0:
        return image
    rng = sheet.generator("grain")
    pixels = numpy.asarray(image).copy()
    for top in range(0, pixels.shape[0], ROWS):
        band = pixels[top : top + ROWS, :, :3]
        speck = rng.standard_normal(band.shape[:2], dtype=numpy.float32)[..., None] * amount
        blur = rng.random(band.shape, dtype=numpy.float32) - 0.5
        band[...] = numpy.clip(band + speck + blur + 0.5, 0, 255).astype(numpy.uint8)
    return pillow().fromarray(pixels, image.mode)
