"""The image method of `local/canvas`: pictures by rules, made in a worker process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from decimal import Decimal

from core.contract.errors import Unavailable
from core.contract.events import Event, ImagePartial, ImageReady, Progress, Used
from core.contract.image import ImageMode, ImageRequest
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.media import client
from core.media.installed import CANVAS, drawing_hint
from core.providers.local.canvas import settings
from core.providers.local.canvas.edits.request import edit, vary
from core.providers.local.canvas.generation import generation
from core.providers.local.canvas.work import Work
from core.providers.local.progress import queue_progress


async def draw(target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
    """Yield the pictures of a request, coarse ones before them where it streams and wants some.

    Raises `InvalidRequest` for what is out of range and for an instruction that is no operation,
    `Unavailable` where the extra is not installed.
    """
    work = work_of(target, request)
    size, data, index = "", b"", 0
    made = {"quality": settings.quality_of(request)}
    async with aclosing(client.run(work.job, work.args)) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                data += message
            elif message["event"] == "queue":
                yield queue_progress(message)
            elif message["event"] == "partial":
                yield ImagePartial(message["index"], message["number"], work.media_type, data, made)
                data = b""
            elif message["event"] == "picture":
                index, size = message["index"], f"{message['width']}x{message['height']}"
                described = work.description(index, message)
                yield ImageReady(index, work.media_type, data, revised_prompt=described, facts=made)
                data = b""
                yield Progress("drawing", index + 1, request.n, "image")
            elif message["event"] == "done":
                yield Used(usage(request, size))


def work_of(target: Target, request: ImageRequest) -> Work:
    """The job and its arguments, checked before a worker is started."""
    if target.model != CANVAS:
        raise Unavailable(f"There is no local model {target.model!r} that draws, only {CANVAS}.")
    if hint := drawing_hint():
        raise Unavailable(f"Pillow and numpy are not installed here: {hint}")
    settings.check(request)
    return WORKS[request.mode](request)


def usage(request: ImageRequest, size: str) -> Usage:
    """The bill of `request.n` pictures that were all drawn."""
    amounts = [Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(request.n))]
    if request.images:
        amounts.append(Amount(Kind.IMAGE_IN, Unit.IMAGE, Decimal(len(request.images))))
    return Usage(tuple(amounts), facts={"size": size, "quality": settings.quality_of(request)})


WORKS = {ImageMode.GENERATE: generation, ImageMode.EDIT: edit, ImageMode.VARY: vary}
"""The work of each mode."""
