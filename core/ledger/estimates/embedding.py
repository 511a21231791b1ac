"""How much an embedding request uses: bounds before it is sent, guesses where a provider reports nothing.

- text: at most one token per byte of UTF-8, and 16 for each input; guessed as one per three bytes. Token ids
  are as many as they are;
- an image: at most the endpoint's `image_in_tokens`, as for a picture to be changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from core.contract.embedding import EmbeddingPart, EmbeddingRequest
from core.contract.image import ImageFile
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit
from core.ledger.estimates.base import (
    BYTES_PER_TOKEN,
    ONE_REQUEST,
    Estimates,
    each_line,
    has_price,
    size_of,
    whole,
)
from core.ledger.estimates.image import IMAGE_IN_TOKENS, LIKELY_SHARE, option
from core.ledger.metering import Meter, utf8_bytes
from core.ledger.price_sheet import Line

PER_INPUT = 16
"""Tokens that a model puts around an input, such as the name of what it is for."""

TEXT_TOKENS = (Kind.TEXT_IN, Unit.TOKEN)
CHARACTERS = (Kind.TEXT_IN, Unit.CHARACTER)
IMAGE_TOKENS = (Kind.IMAGE_IN, Unit.TOKEN)
IMAGES = (Kind.IMAGE_IN, Unit.IMAGE)


def upper_bound(request: EmbeddingRequest, target: Target, line: Line) -> Decimal:
    pictures = image_tokens(request, target)
    match line:
        case (Kind.TEXT_IN, Unit.TOKEN):
            options = size_of((target.options.get("body", {}), request.options.get(target.provider, {})))
            ids, size = text_size(request)
            text = ids + size + options + PER_INPUT * len(request.inputs)
            return Decimal(text) if has_price(target, Kind.IMAGE_IN) else Decimal(text + pictures)
        case (Kind.IMAGE_IN, Unit.TOKEN):
            return Decimal(pictures)
    exact = counted_here(request)
    return Decimal(1) if line == ONE_REQUEST else exact.get(line, Decimal(0))


def counted(request: EmbeddingRequest, _meter: Meter, target: Target) -> dict[Line, Decimal]:
    """Images, and the characters where they are what is billed."""
    billed = {IMAGES, *((price.kind, price.unit) for price in target.prices)}
    return {line: quantity for line, quantity in counted_here(request).items() if quantity and line in billed}


def guess(request: EmbeddingRequest, _meter: Meter, target: Target, line: Line) -> Decimal | None:
    pictures = whole(image_tokens(request, target) * LIKELY_SHARE)
    match line:
        case (Kind.TEXT_IN, Unit.TOKEN):
            ids, size = text_size(request)
            text = ids + whole(Decimal(size) / BYTES_PER_TOKEN)
            return text if has_price(target, Kind.IMAGE_IN) else text + pictures
        case (Kind.IMAGE_IN, Unit.TOKEN):
            return pictures
    return None


def covered(line: Line, amounts: Iterable[Amount]) -> bool:
    """A provider that counts the text of a request has counted its images in it, unless it tells both."""
    return line == IMAGE_TOKENS and any((amount.kind, amount.unit) == TEXT_TOKENS for amount in amounts)


def counted_here(request: EmbeddingRequest) -> dict[Line, Decimal]:
    """Characters of the texts and images, exactly."""
    found = list(parts(request))
    characters = sum(len(part) for part in found if isinstance(part, str))
    images = sum(isinstance(part, ImageFile) for part in found)
    return {CHARACTERS: Decimal(characters), IMAGES: Decimal(images)}


def text_size(request: EmbeddingRequest) -> tuple[int, int]:
    """Token ids, and bytes of UTF-8."""
    found = list(parts(request))
    ids = sum(len(part) for part in found if isinstance(part, tuple))
    return ids, sum(utf8_bytes(part) for part in found if isinstance(part, str))


def image_tokens(request: EmbeddingRequest, target: Target) -> int:
    images = sum(isinstance(part, ImageFile) for part in parts(request))
    return images * option(target, "image_in_tokens", IMAGE_IN_TOKENS)


def parts(request: EmbeddingRequest) -> Iterator[EmbeddingPart]:
    return (part for each in request.inputs for part in each)


def recorded_format(_request: EmbeddingRequest, _target: Target | None) -> str:
    """None: how an answer spells its numbers is no format of a file."""
    return ""


ESTIMATES = Estimates(
    upper_bound=each_line(upper_bound),
    counted=counted,
    guess=guess,
    covered=covered,
    unpriced_lines=(TEXT_TOKENS,),
    format=recorded_format,
)
