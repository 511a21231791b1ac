"""Pictures drawn from what was read in a prompt, coarse ones first where they are wanted."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.drawing.image_file import encode, enlarge
from core.media.worker.drawing.request import draw, missing_characters, sheet_of
from core.media.worker.output import Output

COARSE = {1: (6,), 2: (16, 5), 3: (28, 12, 4)}
"""How many times coarser than the finished picture each partial one is, by how many there are."""


def run(args: dict[str, Any], output: Output) -> Generator[None, None, dict[str, Any]]:
    """For each of `seeds` the events `partial` (`index`, `number`) and `picture` (`index`, `width`, `height`,
    `cut` characters of text that did not fit, `missing` ones that no font here has), each after its bytes.

    `kind` is of `PICTURES`; `text`, `title`, `mood`, `moods`, `colours`, `hints` what was read from the
    prompt; `width`, `height` pixels; `quality`, `style`, `transparent`, `format`, `compression`, `partials`
    as requested. Returns `{}`.
    """
    missing = missing_characters(args)
    for index, seed in enumerate(args["seeds"]):
        for number, coarser in enumerate(COARSE.get(args["partials"], ())):
            image = draw(args["kind"], sheet_of(args, seed, 1 / coarser))
            image = enlarge(image, (args["width"], args["height"]))
            output.file(
                encode(image, args["format"], args["compression"]), "partial", index=index, number=number
            )
            yield
        sheet = sheet_of(args, seed)
        data = encode(draw(args["kind"], sheet), args["format"], args["compression"])
        facts = {"width": sheet.width, "height": sheet.height, "cut": sum(sheet.cuts), "missing": missing}
        output.file(data, "picture", index=index, **facts)
        yield
    return {}
