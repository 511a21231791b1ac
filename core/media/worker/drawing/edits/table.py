"""The operations by name, and a list of steps done in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from core.media.worker.drawing.edits import (
    addition,
    background,
    colour,
    combination,
    effects,
    geometry,
    remove,
)
from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.libraries import pillow

Edit = Callable[[Any, Step, Context], Any]

EDITS: Mapping[str, Edit] = {
    "background": background.background,
    "blend": combination.blend,
    "blur": effects.blur,
    "brightness": colour.brightness,
    "caption": addition.caption,
    "collage": combination.collage,
    "contrast": colour.contrast,
    "crop": geometry.crop,
    "duotone": colour.duotone,
    "enhance": colour.enhance,
    "fill": colour.fill,
    "fit": geometry.fit,
    "flip": geometry.flip,
    "frame": addition.frame,
    "grayscale": colour.grayscale,
    "halftone": effects.halftone,
    "hue": colour.hue,
    "invert": colour.invert,
    "kaleidoscope": effects.kaleidoscope,
    "pixelate": effects.pixelate,
    "posterize": colour.posterize,
    "recolour": colour.recolour,
    "remove": remove.remove,
    "resize": geometry.resize,
    "rotate": geometry.rotate,
    "round corners": geometry.round_corners,
    "saturation": colour.saturation,
    "sepia": colour.sepia,
    "sharpen": effects.sharpen,
    "side by side": combination.side_by_side,
    "stack": combination.stack,
    "tint": colour.tint,
    "vignette": effects.vignette,
}


def edited(image: Any, steps: Sequence[Step], context: Context) -> Iterator[Any]:
    """The picture after each step. Where the mask is opaque every pixel is exactly as it was."""
    current = image
    for step in steps:
        current = EDITS[step["name"]](current, step, context)
        yield current if context.mask is None else pillow().composite(image, current, context.mask)
