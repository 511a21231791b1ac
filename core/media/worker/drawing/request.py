"""From a job's arguments to a sheet; the names of pictures, in the order of the documentation."""

from __future__ import annotations

import random
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from core.media.colours import from_hex
from core.media.palettes import MOODS, Palette, by_mood, of_colours, styled
from core.media.worker.drawing.fonts import SANS, drawable
from core.media.worker.drawing.sheet import Sheet

PICTURES = frozenset(
    {
        "card",
        "contours",
        "flow",
        "geometric",
        "gradient",
        "mountains",
        "palette",
        "qr",
        "stars",
        "voronoi",
        "waveform",
        "waves",
    }
)
"""Modules of `core.media.worker.drawing.pictures`."""

SAMPLES = {"low": 1, "medium": 2, "high": 4}
COARSE_SAMPLES = 4
LARGE = 1536
"""From this side on `high` has three samples each way: four would take memory that nobody sees."""


def sheet_of(args: Mapping[str, Any], seed: int, scale: float = 1.0) -> Sheet:
    """The sheet of one picture. `args` are those of the job `canvas.generate`."""
    samples = SAMPLES[args["quality"]]
    if samples == 4 and max(args["width"], args["height"]) > LARGE:
        samples = 3
    return Sheet(
        args["width"],
        args["height"],
        palette_of(args, seed),
        seed,
        text=drawable(SANS, args["text"])[0],
        title=drawable(SANS, args["title"])[0],
        transparent=args["transparent"],
        scale=scale,
        samples=samples if scale == 1 else COARSE_SAMPLES,
        hints=args["hints"],
    )


def palette_of(args: Mapping[str, Any], seed: int) -> Palette:
    """That of the colours or of the mood; where there is neither, one that chance takes."""
    rng = random.Random(f"{seed}/palette")
    if args["colours"]:
        palette = of_colours([from_hex(code) for code in args["colours"]], rng)
    else:
        palette = by_mood(args["mood"] or rng.choice(args["moods"] or list(MOODS)))
    return styled(palette, args["style"])


def missing_characters(args: Mapping[str, Any]) -> str:
    """Those of the text and title that no font here has."""
    return drawable(SANS, args["text"] + args["title"])[1]


def draw(kind: str, sheet: Sheet) -> Any:
    """The picture. Raises KeyError for an unknown kind."""
    if kind not in PICTURES:
        raise KeyError(kind)
    return import_module(f"core.media.worker.drawing.pictures.{kind}").draw(sheet)
