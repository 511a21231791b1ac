"""Images of the rehearsal: a chequered board for each picture, of coarser fields while it is unfinished."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

from core.contract.errors import Unsupported
from core.contract.events import Event, ImagePartial, ImageReady, Used
from core.contract.image import ImageFormat, ImageRequest
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.rehearsal.picture import FIELDS, board
from core.providers.rehearsal.scenario import Scenario

PNG = "image/png"
SIZE = (1024, 1024)
QUALITY = "low"
CUT_AFTER = 1
"""Pictures, finished or not, before the scenario `cut` breaks off."""


async def draw(target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
    if request.format not in (ImageFormat.AUTO, ImageFormat.PNG):
        raise Unsupported("The rehearsal makes png only.", param="output_format")
    scenario = await Scenario(target, CUT_AFTER).start()
    made = facts(request)
    for index in range(request.n):
        for number in range(request.partial_images if request.streamed else 0):
            await scenario.next_chunk()
            yield ImagePartial(index, number, PNG, picture(request, index, fields=number + 1), made)
        await scenario.next_chunk()
        yield ImageReady(index, PNG, picture(request, index), facts=made)
    scenario.end()
    yield Used(usage(request))


def picture(request: ImageRequest, index: int, fields: int = FIELDS) -> bytes:
    """Its colours follow from the prompt, the seed, the place among the pictures, and the mode."""
    words = f"{request.mode} {request.seed} {index} {request.prompt}"
    transparent = request.background == "transparent"
    return board(*size_of(request), words, fields=fields, transparent=transparent)


def size_of(request: ImageRequest) -> tuple[int, int]:
    """As asked, else that of the first input image."""
    width, _x, height = request.size.partition("x")
    if width.isdecimal() and height.isdecimal():
        return int(width), int(height)
    return (request.images[0].width, request.images[0].height) if request.images else SIZE


def usage(request: ImageRequest) -> Usage:
    """A token for each word, the images, and what was made."""
    amounts = [
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(len(request.prompt.split()))),
        Amount(Kind.IMAGE_IN, Unit.IMAGE, Decimal(len(request.images))),
        Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(request.n)),
    ]
    return Usage(tuple(amount for amount in amounts if amount.quantity), facts=facts(request))


def facts(request: ImageRequest) -> dict[str, str]:
    quality = QUALITY if request.quality in ("", "auto") else request.quality
    return {"size": "{}x{}".format(*size_of(request)), "quality": quality}
