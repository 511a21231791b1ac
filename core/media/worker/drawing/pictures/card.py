"""A prompt card: the words of the prompt, set well, in one of several layouts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.media.colours import Colour, contrast, mix, shift, to_oklch
from core.media.palettes import readable
from core.media.worker.drawing.fonts import ITALIC, SANS, SERIF
from core.media.worker.drawing.light import grain, mesh
from core.media.worker.drawing.shapes import frame, half_disc, rectangle
from core.media.worker.drawing.sheet import Sheet, lay
from core.media.worker.drawing.text import Block, Type, draw_block, set_block
from core.media.worker.libraries import pillow

HEAD_SIZES = (24.0, 150.0)
BODY_SIZES = (18.0, 38.0)
BYLINE_SIZES = (20.0, 30.0)
SERIF_HEAD, SANS_HEAD = Type(SERIF, 600, 1.14), Type(SANS, 780, 1.1)
ITALIC_HEAD = Type(ITALIC, 500, 1.2)
SERIF_BODY, SANS_BODY = Type(SANS, 400, 1.5), Type(SANS, 420, 1.5)


@dataclass(frozen=True, slots=True)
class Setting:
    """The blocks of a card, each with its top below that of the column, in units."""

    head: Block
    body: Block | None
    byline: Block | None
    gap: float

    @property
    def blocks(self) -> list[Block]:
        return [block for block in (self.head, self.body, self.byline) if block]

    def after(self, block: Block) -> float:
        """The space below a block: more below large letters, whose tails hang into it."""
        return self.gap + block.size * 0.32

    @property
    def height(self) -> float:
        return sum(block.height + self.after(block) for block in self.blocks) - self.after(self.blocks[-1])


def draw(sheet: Sheet) -> Any:
    layout = list(LAYOUTS)[sheet.random("layout").randrange(len(LAYOUTS))]
    return LAYOUTS[sheet.hints.get("layout") or layout](sheet)


def typeset(sheet: Sheet, head: Type, body: Type, box: tuple[float, float], gap: float = 46) -> Setting:
    """The text of the sheet in a column of width and height."""
    title, rest, byline = parts(sheet.text)
    wide, high = box
    line = set_block(byline, Type(SANS, 500, 1.3), (wide, 60), BYLINE_SIZES) if byline else None
    room = high - (line.height + gap * 1.6 if line else 0)
    if not rest:
        only = set_block(title, head, (wide, room), HEAD_SIZES)
        sheet.cuts.append(only.cut)
        return Setting(only, None, line, gap)
    first = set_block(title, head, (wide, room * 0.55), HEAD_SIZES)
    second = set_block(rest, body, (wide, room - first.height - first.size * 0.32 - gap), BODY_SIZES)
    sheet.cuts.append(first.cut + second.cut)
    return Setting(first, second, line, gap)


def parts(text: str) -> tuple[str, str, str]:
    """A headline, what follows it, and whose words they are; the last two may be empty."""
    text, byline = text.strip(), ""
    body, dash, name = text.rpartition("— ")
    if dash and body.strip() and len(name) <= 40 and name[:1].isupper() and "\n" not in name.strip():
        text, byline = body.strip(), f"— {name.strip()}"
    for mark in ("\n", ": ", " — ", ". ", "! ", "? ", "。", "！", "？", "："):
        title, found, rest = text.partition(mark)
        if found and len(title) <= 70 and len(rest.strip()) >= 24:
            kept = found.strip() if found.strip() in {".", "!", "?", "。", "！", "？"} else ""
            return (title + kept).strip(), rest.strip(), byline
    return text, "", byline


def place(
    image: Any,
    sheet: Sheet,
    setting: Setting,
    at: tuple[float, float],
    inks: tuple[Colour, Colour],
    align: str,
) -> None:
    """Draw a column whose capitals begin at `at`."""
    x, y = at
    for block, ink in ((setting.head, inks[0]), (setting.body, inks[1]), (setting.byline, inks[1])):
        if block:
            draw_block(image, block, (x, y), sheet.unit, ink, align)
            y += block.height + setting.after(block)


def softer(ink: Colour, ground: Colour) -> Colour:
    """The ink of small text: nearer to the ground, still read with ease."""
    return readable(mix(ink, ground, 0.2), ground)


def bright_accent(sheet: Sheet, ground: Colour) -> Colour:
    """The most colourful accent that stands out from the ground."""
    fit = [colour for colour in sheet.palette.accents if contrast(colour, ground) > 1.7]
    return max(fit or sheet.palette.accents, key=lambda colour: to_oklch(colour)[1])


def editorial(sheet: Sheet) -> Any:
    """A large headline in serifs at the left, under a short thick rule."""
    wide, high = sheet.box
    palette, margin = sheet.palette, 96.0
    image = sheet.ground()
    setting = typeset(sheet, SERIF_HEAD, SERIF_BODY, (wide - 2 * margin, high - 2 * margin - 90))
    top = margin + 70 + (high - 2 * margin - 90 - setting.height) * 0.42
    accent = bright_accent(sheet, palette.ground)
    rule = sheet.stencil(rectangle(margin, top - 62, margin + 92, top - 53))
    lay(image, accent, rule)
    place(image, sheet, setting, (margin, top), (palette.ink, softer(palette.ink, palette.ground)), "left")
    return image


def classical(sheet: Sheet) -> Any:
    """Centred italics in a double frame."""
    wide, high = sheet.box
    palette, image = sheet.palette, sheet.ground()
    accent = bright_accent(sheet, palette.ground)
    for inset, line in ((44, 2.4), (56, 6.0)):
        edge = frame(inset, inset, wide - inset, high - inset, line)
        lay(image, accent, sheet.stencil(edge))
    setting = typeset(sheet, ITALIC_HEAD, SERIF_BODY, (wide - 300, high - 380), 52)
    top = (high - setting.height) / 2 + 16
    lay(image, accent, sheet.stencil(lambda pen, k: ornament(pen, k, wide / 2, max(top - 96, 112))))
    place(
        image, sheet, setting, (wide / 2, top), (palette.ink, softer(palette.ink, palette.ground)), "centre"
    )
    return image


def ornament(pen: Any, k: float, x: float, y: float) -> None:
    """A diamond between two tapering strokes."""
    pen.polygon([((x + dx) * k, (y + dy) * k) for dx, dy in ((0, -11), (11, 0), (0, 11), (-11, 0))], fill=255)
    for way in (-1, 1):
        tips = ((22, -1.6), (120, -0.4), (120, 0.4), (22, 1.6))
        pen.polygon([((x + way * dx) * k, (y + dy) * k) for dx, dy in tips], fill=255)


def mist(sheet: Sheet) -> Any:
    """Heavy sans on soft fields of colour."""
    wide, high = sheet.box
    dark = sheet.palette.is_dark
    tones = [shift(colour, light=-0.06 if dark else 0.04) for colour in sheet.palette.accents]
    image = sheet.ground() if sheet.transparent else mesh(sheet, tones, "mist", 0.4)
    margin = 88.0
    setting = typeset(sheet, SANS_HEAD, SANS_BODY, (wide - 2 * margin, high - 2 * margin - 20))
    ground = sheet.palette.ground if sheet.transparent else mean(image)
    ink = readable((255, 255, 255) if to_oklch(ground)[0] < 0.68 else sheet.palette.ink, ground)
    if not sheet.transparent:
        veil = (0, 0, 0) if sum(ink) > 384 else (255, 255, 255)
        lay(image, veil, pillow().new("L", image.size, 255), 0.2)
    top = high - margin - setting.height
    image = image if sheet.transparent else grain(image, sheet, 3.0)
    place(image, sheet, setting, (margin, top), (ink, ink), "left")
    return image


def mean(image: Any) -> Colour:
    red, green, blue = image.convert("RGB").resize((1, 1), pillow().Resampling.BOX).getpixel((0, 0))
    return red, green, blue


def sunrise(sheet: Sheet) -> Any:
    """A disc rising behind the words, over bands of colour at the foot."""
    wide, high = sheet.box
    palette, rng, image = sheet.palette, sheet.random("sunrise"), sheet.ground()
    accent = bright_accent(sheet, palette.ground)
    radius, x = 255.0, wide * rng.choice((0.32, 0.5, 0.68))
    base = high * 0.44
    lay(image, accent, sheet.stencil(half_disc(x, base, radius)))
    others = [colour for colour in palette.accents if colour != accent]
    for number in range(4):
        begin = base + number * 17.0
        band = sheet.stencil(rectangle(0, begin, wide, begin + 12 - 2.6 * number))
        lay(image, others[number % len(others)], band)
    margin = 96.0
    setting = typeset(sheet, SERIF_HEAD, SERIF_BODY, (wide - 2 * margin, high - base - 108 - margin), 36)
    top = base + 108 + (high - base - 108 - margin - setting.height) * 0.4
    place(image, sheet, setting, (margin, top), (palette.ink, softer(palette.ink, palette.ground)), "left")
    return image


def arches(sheet: Sheet) -> Any:
    """Words beside a column of arches inside each other, or below a row of them where the sheet is high."""
    wide, high = sheet.box
    palette, image = sheet.palette, sheet.ground()
    upright = high > wide * 1.15
    area = (0.0, 0.0, wide, high * 0.42) if upright else (wide * 0.63, 0.0, wide, high)
    bow(image, sheet, area)
    margin = 80.0
    left, top = (margin, area[3] + 80) if upright else (margin, margin + 20)
    room = (
        (wide - 2 * margin, high - top - margin)
        if upright
        else (area[0] - margin * 1.75, high - 2 * margin - 20)
    )
    setting = typeset(sheet, SANS_HEAD, SANS_BODY, room, 40)
    begin = top if upright else top + (room[1] - setting.height) * 0.5
    place(image, sheet, setting, (left, begin), (palette.ink, softer(palette.ink, palette.ground)), "left")
    return image


def bow(image: Any, sheet: Sheet, area: tuple[float, float, float, float]) -> None:
    """Rings of colour around the foot of an area, cut at its edges."""
    left, top, right, bottom = area
    rng = sheet.random("arches")
    colours = list(sheet.palette.accents)
    rng.shuffle(colours)
    centre = ((left + right) / 2, bottom) if rng.random() < 0.6 else (right, bottom)
    reach = math.hypot(right - left, bottom - top)
    lay(image, colours[-1], sheet.stencil(rectangle(*area)))
    count = 9
    for number in range(count):
        radius = reach * (1 - number / count)
        mask = sheet.stencil(partial(ring, area=area, centre=centre, radius=radius))
        lay(image, colours[number % len(colours)], mask)


def ring(
    pen: Any, k: float, area: tuple[float, float, float, float], centre: tuple[float, float], radius: float
) -> None:
    """A disc within an area: drawn, then what is beyond the area wiped away."""
    left, top, right, bottom = (part * k for part in area)
    x, y, reach = centre[0] * k, centre[1] * k, radius * k
    pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=255)
    far = 1e5
    for wipe in (
        [-far, -far, left, far],
        [right, -far, far, far],
        [-far, -far, far, top],
        [-far, bottom, far, far],
    ):
        pen.rectangle(wipe, fill=0)


LAYOUTS: Mapping[str, Callable[[Sheet], Any]] = {
    "editorial": editorial,
    "classical": classical,
    "mist": mist,
    "sunrise": sunrise,
    "arches": arches,
}
