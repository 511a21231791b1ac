"""Edits and variations: from a request to the arguments of the editing job."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from core.contract.errors import InvalidRequest
from core.contract.image import ImageRequest
from core.media.colours import to_hex
from core.media.palettes import MOODS, by_mood
from core.providers.local.canvas import settings
from core.providers.local.canvas.edits.instructions import parse, read_instructions
from core.providers.local.canvas.work import Work, common_arguments

JOB = "canvas.edit"
Words = Mapping[str, Any]


def edit(request: ImageRequest) -> Work:
    """Raises `InvalidRequest` as `read_instructions` does, and where a mask and a size do not go together."""
    require_images(request)
    steps = read_instructions(request)
    told = ", ".join(step.told for step in steps)
    args = arguments(request, [[step.job for step in steps]] * request.n)
    return Work(JOB, args, settings.format_of(request).media_type, lambda _index, _event: f"Edit: {told}")


def vary(request: ImageRequest) -> Work:
    """Seeded lists of the same operations: each description, sent as the prompt of an edit, makes that
    picture again."""
    require_images(request)
    seeds = settings.seeds_of(request, None)
    recipes = [recipe(seed) for seed in seeds]
    pictures = [[step.job for step in parse(text)] for text in recipes]

    def told(index: int, _event: Words) -> str:
        return f"Variation, seed {seeds[index]}: {recipes[index]}"

    return Work(JOB, arguments(request, pictures), settings.format_of(request).media_type, told)


def require_images(request: ImageRequest) -> None:
    if not request.images:
        raise InvalidRequest("There is no picture to work on: image is missing.", param="image")


def arguments(request: ImageRequest, pictures: list[list[dict[str, Any]]]) -> dict[str, Any]:
    size = settings.size_of(request)
    if size and request.mask is None:
        pictures = [[*steps, {"name": "fit", "size": list(size)}] for steps in pictures]
    elif size and size not in sizes(request):
        raise InvalidRequest("With a mask a picture keeps its size: leave size out.", param="size")
    return {
        **common_arguments(request),
        "paths": [image.path for image in request.images],
        "mask": request.mask.path if request.mask else None,
        "pictures": pictures,
        "whole": 0,
    }


def sizes(request: ImageRequest) -> list[tuple[int, int]]:
    """That of the first picture, upright or not."""
    wide, high = request.images[0].width, request.images[0].height
    return [(wide, high), (high, wide)]


def recipe(seed: int) -> str:
    """What is done for a variation, in the words of an edit."""
    rng = random.Random(f"{seed}/variation")
    palette = by_mood(rng.choice(list(MOODS)))
    dark, light = to_hex(min(palette.all, key=sum)), to_hex(max(palette.all, key=sum))
    colour = to_hex(rng.choice(palette.accents))
    share = rng.choice((6, 9, 12))
    closer = f"crop to {share}%, resize to {round(10_000 / (100 - 2 * share))}%"
    recipes = (
        f"flip horizontally, {closer}, saturation +25%",
        f"duotone {dark} and {light}",
        f"flip horizontally, tint {colour}, vignette",
        f"hue {rng.randrange(40, 320, 20)}, contrast +12%",
        f"kaleidoscope, saturation {rng.choice(('+15', '+35'))}%",
        f"halftone, duotone {dark} and {light}",
        f"{closer}, sepia, vignette, frame {to_hex(palette.ground)} 5%",
        f"{closer}, brightness +8%, saturation -35%, frame {light} 6%",
        f"pixelate {rng.choice((14, 20, 28))}, saturation +30%",
        f"posterize, hue {rng.randrange(20, 340, 20)}, round corners",
    )
    return rng.choice(recipes)
