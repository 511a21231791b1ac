"""Pictures changed by named operations, coarse ones first where they are wanted."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.drawing.edits.context import Context
from core.media.worker.drawing.edits.table import edited
from core.media.worker.drawing.image_file import encode, enlarge
from core.media.worker.drawing.source import open_mask, open_source
from core.media.worker.jobs.canvas.generate import COARSE
from core.media.worker.libraries import pillow
from core.media.worker.output import Output

OTHER_SIDE = 1536
"""The longest side of the further pictures while they are held: they become parts of one."""


def run(args: dict[str, Any], output: Output) -> Generator[None, None, dict[str, Any]]:
    """For each of `pictures`, which are lists of steps, the events `partial` and `picture` as of the job
    `canvas.generate`.

    `paths` are the input pictures, `mask` the path of a mask or None, `whole` the longest side that the first
    one may have, 0 for any; `format`, `compression`, `partials` as requested. Returns `{}`.
    """
    image = open_source(args["paths"][0], args["whole"])
    yield
    others = [open_source(path, OTHER_SIDE) for path in args["paths"][1:]]
    mask = open_mask(args["mask"], image) if args["mask"] else None
    yield
    for index, steps in enumerate(args["pictures"]):
        for number, coarser in enumerate(COARSE.get(args["partials"], ())):
            coarse = coarse_edit(image, others, mask, steps, coarser)
            data = encode(coarse, args["format"], args["compression"])
            output.file(data, "partial", index=index, number=number)
            yield
        result = image
        for stage in edited(image, steps, Context(1.0, mask, others)):
            result = stage
            output.check()
            yield
        data = encode(plain(result), args["format"], args["compression"])
        facts = {"width": result.width, "height": result.height, "cut": 0, "missing": ""}
        output.file(data, "picture", index=index, **facts)
        yield
    return {}


def coarse_edit(image: Any, others: list[Any], mask: Any, steps: list[Any], coarser: int) -> Any:
    """The edit of a small copy, in about the size of the finished one."""
    small = [reduced(part, coarser) for part in (image, *others)]
    context = Context(1 / coarser, reduced(mask, coarser) if mask else None, small[1:])
    result = small[0]
    for stage in edited(small[0], steps, context):
        result = stage
    size = image.size if result.size == small[0].size else tuple(side * coarser for side in result.size)
    return enlarge(plain(result), size)


def reduced(image: Any, coarser: int) -> Any:
    size = tuple(max(1, round(side / coarser)) for side in image.size)
    return image.resize(size, pillow().Resampling.BOX)


def plain(image: Any) -> Any:
    """Without opacity where all of it is opaque."""
    return image.convert("RGB") if image.getchannel("A").getextrema()[0] == 255 else image
