"""How much the tool `image_generation` of a chat uses: its image model's tokens and pictures, apart from the
chat model's own.

At most, with the number of pictures that the provider is told to make:

- pictures: as those of an image request in the size and quality of the tool, unfinished ones included;
- text: for each picture all that the chat was told and may answer, for the chat model writes the prompt;
- input images: for each picture all of the conversation's and the pictures before it.

The chat model reads everything again after each picture, and the picture: `passes` and `read_again`. Where a
provider reports no tokens of the tool, pictures that came or had begun are guessed; where the answer in one
piece was lost, one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.chat import ChatRequest, Modality, file_parts
from core.contract.image import ImageRequest
from core.contract.route import Target
from core.contract.usage import TOOL_KINDS, Amount, Kind, Unit, Usage
from core.ledger.estimates import chat_files, image
from core.ledger.estimates.base import whole
from core.ledger.metering import Meter
from core.ledger.price_sheet import Line

KINDS = {tool: kind for kind, tool in TOOL_KINDS.items()}
"""What a kind is in the sheet of the image model."""
INSTRUCTIONS = 4_000
"""Tokens of what a provider tells its model of the tool, at most."""
INPUT = (Kind.TOOL_TEXT_IN, Kind.TOOL_IMAGE_IN)
PICTURES = (Kind.TOOL_IMAGE_OUT, Unit.IMAGE)


def passes(request: ChatRequest, target: Target) -> int:
    """How often the chat model reads the conversation: once, and once after each picture."""
    return 1 + request.most_pictures if target.image_model else 1


def read_again(request: ChatRequest, target: Target) -> Decimal:
    """Tokens that the chat model reads each time beside the messages: about the tool, and its pictures."""
    if target.image_model is None:
        return Decimal(0)
    pictures = request.most_pictures + earlier_pictures(request)
    return INSTRUCTIONS + pictures * chat_files.rate(target, "image_in_tokens")


def earlier_pictures(request: ChatRequest) -> int:
    """Those of earlier answers, which are sent again."""
    return sum(len(message.get("images") or ()) for message in request.messages)


def input_pictures(request: ChatRequest) -> int:
    shown = sum(part.modality is Modality.IMAGE for part in file_parts(request))
    return shown + earlier_pictures(request)


def upper_bound(request: ChatRequest, target: Target, line: Line, text: Decimal) -> Decimal:
    """The most of a line; `text` is how many tokens the conversation and its answer have at most."""
    drawing, picture = parts(request, target)
    if drawing is None or picture is None:
        return Decimal(0)
    pictures, (kind, unit) = request.most_pictures, line
    images = pictures * (input_pictures(request) + pictures - 1)
    image_tokens = images * image.option(drawing, "image_in_tokens", image.IMAGE_IN_TOKENS)
    match kind, unit:
        case (Kind.TOOL_TEXT_IN, Unit.TOKEN):
            as_text = 0 if image.has_price(drawing, Kind.IMAGE_IN) else image_tokens
            return pictures * (text + image.OVERHEAD) + as_text
        case (Kind.TOOL_IMAGE_IN, Unit.TOKEN):
            return Decimal(image_tokens)
        case (Kind.TOOL_IMAGE_IN, Unit.IMAGE):
            return Decimal(images)
    return image.upper_bound(replace(picture, n=pictures), drawing, (KINDS[kind], unit))


def parts(request: ChatRequest, target: Target) -> tuple[Target | None, ImageRequest | None]:
    tool = request.image_tool
    return target.image_model, tool.picture if tool else None


def counted(meter: Meter) -> dict[Line, Decimal]:
    """The pictures of an answer of which none was left unfinished."""
    return {PICTURES: Decimal(meter.images)} if meter.images and not meter.unfinished else {}


def covered(line: Line, amounts: Iterable[Amount]) -> bool:
    """Whether the provider reported tokens of the tool in the same direction."""
    kind, unit = line
    tokens = {amount.kind for amount in amounts if amount.unit is Unit.TOKEN}
    return unit is Unit.TOKEN and any((other in INPUT) == (kind in INPUT) for other in tokens & KINDS.keys())


def guess(request: ChatRequest, meter: Meter, target: Target, line: Line, text: Decimal) -> Decimal | None:
    """What a line came to; `text` is how many tokens the conversation has. None where nothing was drawn."""
    drawing, picture = parts(request, target)
    begun = pictures_begun(request, meter)
    if drawing is None or picture is None or not begun:
        return None
    kind, unit = line
    images = begun * input_pictures(request)
    each = image.option(drawing, "image_in_tokens", image.IMAGE_IN_TOKENS)
    image_tokens = whole(images * each * image.LIKELY_SHARE)
    partial = meter.partials * image.option(drawing, "partial_image_tokens", image.PARTIAL_TOKENS)
    drawn = Decimal(begun * image.tokens_per_picture(picture, drawing) + partial)
    match kind, unit:
        case (Kind.TOOL_TEXT_IN, Unit.TOKEN):
            return begun * text + (0 if image.has_price(drawing, Kind.IMAGE_IN) else image_tokens)
        case (Kind.TOOL_IMAGE_IN, Unit.TOKEN):
            return image_tokens
        case (Kind.TOOL_IMAGE_IN, Unit.IMAGE):
            return Decimal(images)
        case (Kind.TOOL_IMAGE_OUT, Unit.TOKEN):
            return drawn
        case (Kind.TOOL_IMAGE_OUT, Unit.IMAGE):
            return Decimal(begun)
        case (Kind.TOOL_TEXT_OUT, Unit.TOKEN):
            return Decimal(0) if image.has_price(drawing, Kind.IMAGE_OUT) else drawn
    return None


def pictures_begun(request: ChatRequest, meter: Meter) -> int:
    """Pictures that came or had begun. Of an answer that came to no end, one at least where a picture was
    demanded, and where the answer in one piece does not tell what had begun."""
    begun = meter.images + len(meter.unfinished)
    lost = meter.finish is None and not meter.delivered
    demanded = request.image_tool is not None and request.image_tool.required
    return max(begun, 1) if lost and (demanded or not request.streamed) else begun


def facts(request: ChatRequest, target: Target, usage: Usage) -> Mapping[str, Any]:
    """The size and quality that the prices of the image model may depend on."""
    drawing, picture = parts(request, target)
    return image.facts(picture, drawing, usage) if drawing and picture else {}
