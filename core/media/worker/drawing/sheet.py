"""The sheet that a picture is drawn on: its size, colours and chance.

Places are in units, 1000 to the short side, so that the same picture comes out at every resolution.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy

from core.media.colours import Colour
from core.media.palettes import Palette
from core.media.worker.drawing.shapes import Paint
from core.media.worker.libraries import pillow

UNITS = 1000.0


@dataclass(frozen=True)
class Sheet:
    """`width` and `height` are of the finished picture in pixels; `scale` is 1 for that and less for a coarse
    one. Shapes are drawn `samples` times as large each way and then averaged. `text` is what a picture shows,
    `title` words for the posters that have them, `hints` what else was read from the prompt.
    """

    width: int
    height: int
    palette: Palette
    seed: int
    text: str = ""
    title: str = ""
    transparent: bool = False
    scale: float = 1.0
    samples: int = 2
    hints: Mapping[str, Any] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    """How many characters of each text did not fit, as the picture notes while it is drawn."""

    @property
    def pixels(self) -> tuple[int, int]:
        return max(1, round(self.width * self.scale)), max(1, round(self.height * self.scale))

    @property
    def unit(self) -> float:
        """Pixels of a unit."""
        return min(self.width, self.height) * self.scale / UNITS

    @property
    def box(self) -> tuple[float, float]:
        """Width and height in units."""
        short = min(self.width, self.height)
        return self.width / short * UNITS, self.height / short * UNITS

    def random(self, purpose: str) -> random.Random:
        """Chance for one purpose, the same for the same seed."""
        return random.Random(f"{self.seed}/{purpose}")

    def generator(self, purpose: str) -> numpy.random.Generator:
        return numpy.random.Generator(numpy.random.PCG64([self.seed, zlib.crc32(purpose.encode())]))

    def ground(self, colour: Colour | None = None) -> Any:
        """An image of one colour, that of the palette by default; see-through on a transparent sheet."""
        colour = colour or self.palette.ground
        if self.transparent:
            return pillow().new("RGBA", self.pixels, (*self.palette.ink, 0))
        return pillow().new("RGB", self.pixels, colour)

    def stencil(self, paint: Paint) -> Any:
        """A mask with smooth edges: `paint` gets a pen for values from 0 to 255 and the pixels of a unit."""
        wide, high = self.pixels
        image = pillow().new("L", (wide * self.samples, high * self.samples))
        paint(pillow("ImageDraw").Draw(image), self.unit * self.samples)
        return image.reduce(self.samples) if self.samples > 1 else image

    def plate(self, paint: Paint, ground: Colour | None = None) -> Any:
        """An image of many colours with smooth edges, painted as a stencil is."""
        wide, high = self.pixels
        colour = ground or self.palette.ground
        mode, fill = ("RGBA", (*colour, 0)) if self.transparent else ("RGB", colour)
        image = pillow().new(mode, (wide * self.samples, high * self.samples), fill)
        paint(pillow("ImageDraw").Draw(image), self.unit * self.samples)
        return image.reduce(self.samples) if self.samples > 1 else image


def lay(image: Any, colour: Colour, mask: Any, opacity: float = 1.0) -> None:
    """Put a colour on the image where the mask is, in place."""
    if opacity < 1.0:
        mask = mask.point([round(level * opacity) for level in range(256)])
    if image.mode == "RGB":
        image.paste(colour, mask=mask)
        return
    layer = pillow().new("RGBA", image.size, (*colour, 0))
    layer.putalpha(mask)
    image.alpha_composite(layer)


def lay_image(image: Any, other: Any, mask: Any) -> None:
    """Put another image of the same size on it where the mask is, in place."""
    if image.mode == "RGB":
        image.paste(other, mask=mask)
        return
    layer = other.convert("RGBA")
    layer.putalpha(mask)
    image.alpha_composite(layer)
