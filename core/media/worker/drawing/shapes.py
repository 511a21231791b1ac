"""Shapes in units, to be painted on stencils."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Point = tuple[float, float]
Paint = Callable[[Any, float], None]
"""Paints with a pen whose unit is so many pixels."""


def rectangle(left: float, top: float, right: float, bottom: float) -> Paint:
    return lambda pen, k: pen.rectangle([left * k, top * k, right * k - 1, bottom * k], fill=255)


def frame(left: float, top: float, right: float, bottom: float, line: float) -> Paint:
    """The outline of a rectangle."""
    box = (left, top, right, bottom)
    return lambda pen, k: pen.rectangle(
        [part * k for part in box], outline=255, width=max(1, round(line * k))
    )


def round_rectangle(box: Sequence[float], radius: float, line: float = 0) -> Paint:
    """A rectangle with round corners, its outline only where `line` is its width."""
    return lambda pen, k: round_box(
        pen,
        [part * k for part in box],
        radius * k,
        **({"outline": 255, "width": max(1, round(line * k))} if line else {"fill": 255}),
    )


def disc(x: float, y: float, radius: float) -> Paint:
    return lambda pen, k: pen.ellipse(circle(x, y, radius, k), fill=255)


def half_disc(x: float, y: float, radius: float) -> Paint:
    """The upper half."""
    return lambda pen, k: pen.pieslice(circle(x, y, radius, k), 180, 360, fill=255)


def polygon(points: Sequence[Point]) -> Paint:
    return lambda pen, k: pen.polygon(scaled(points, k), fill=255)


def polyline(points: Sequence[Point], width: float) -> Paint:
    return lambda pen, k: pen.line(scaled(points, k), fill=255, width=max(1, round(width * k)), joint="curve")


def dots(places: Sequence[tuple[float, float, float]]) -> Paint:
    """Discs of x, y and radius."""

    def paint(pen: Any, k: float) -> None:
        for x, y, radius in places:
            pen.ellipse(circle(x, y, radius, k), fill=255)

    return paint


def circle(x: float, y: float, radius: float, k: float) -> list[float]:
    """The box of a circle in pixels."""
    return [(x - radius) * k, (y - radius) * k, (x + radius) * k, (y + radius) * k]


def scaled(points: Sequence[Point], factor: float) -> list[Point]:
    return [(x * factor, y * factor) for x, y in points]


def round_box(pen: Any, box: Sequence[float], radius: float, **style: Any) -> None:
    """A rectangle with round corners, in pixels; a plain one where it is too small for them."""
    left, top, right, bottom = box
    radius = min(radius, (min(right - left, bottom - top) - 3) / 2)
    if radius < 1:
        style.pop("corners", None)
        pen.rectangle([left, top, max(left, right), max(top, bottom)], **style)
    else:
        pen.rounded_rectangle(box, radius, **style)
