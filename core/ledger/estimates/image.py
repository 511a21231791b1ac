"""How much an image request uses: bounds before it is sent, guesses where a provider reports too little.

- text: at most one token per byte of the prompt and 64; guessed as one per three bytes;
- an input image, the mask included: at most the endpoint's `image_in_tokens`, 7,000 where it does not say
  (what OpenAI takes to keep one closely); guessed as a quarter of that;
- a picture: the tokens of its size and quality in the endpoint's `image_token_table`, sizes that are not in
  it by their pixels; the dearest that is possible where the request leaves size or quality to the model; else
  `image_tokens`, 32,768 where the endpoint says neither. An unfinished picture of a stream adds
  `partial_image_tokens`, 100;
- text of the answer: at most `max_output`, 4,096 for each picture where that is not known.

Pictures are billed whole or not at all. Where an answer was cut those are guessed that had begun to show,
because providers finish and bill them; where it began but no picture had, all that were asked for. An answer
that was whole, or refused, without any picture is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.contract.image import ImageRequest
from core.contract.route import Target
from core.contract.usage import Kind, Price, Unit, Usage
from core.ledger.estimates.base import (
    BYTES_PER_TOKEN,
    ONE_REQUEST,
    Estimates,
    covered_by_tokens,
    each_line,
    has_price,
    whole,
)
from core.ledger.metering import Meter, utf8_bytes
from core.ledger.price_sheet import Line

OVERHEAD = 64
IMAGE_IN_TOKENS, LIKELY_SHARE = 7_000, Decimal("0.25")
IMAGE_TOKENS, PARTIAL_TOKENS, TEXT_TOKENS = 32_768, 100, 4_096
OPEN = ("", "auto")
"""Values that leave a choice to the model."""

TEXT_IN, TEXT_OUT = (Kind.TEXT_IN, Unit.TOKEN), (Kind.TEXT_OUT, Unit.TOKEN)
IMAGES_IN, IMAGE_TOKENS_IN = (Kind.IMAGE_IN, Unit.IMAGE), (Kind.IMAGE_IN, Unit.TOKEN)
IMAGES_OUT, IMAGE_TOKENS_OUT = (Kind.IMAGE_OUT, Unit.IMAGE), (Kind.IMAGE_OUT, Unit.TOKEN)


def upper_bound(request: ImageRequest, target: Target, line: Line) -> Decimal:
    partial = request.partial_images * option(target, "partial_image_tokens", PARTIAL_TOKENS)
    drawn = request.n * (tokens_per_picture(request, target) + partial)
    inputs = Decimal(files(request) * option(target, "image_in_tokens", IMAGE_IN_TOKENS))
    match line:
        case (Kind.TEXT_IN, Unit.TOKEN):
            text = Decimal(utf8_bytes(request.prompt) + OVERHEAD)
            return text if has_price(target, Kind.IMAGE_IN) else text + inputs
        case (Kind.IMAGE_IN, Unit.TOKEN):
            return inputs
        case (Kind.IMAGE_IN, Unit.IMAGE):
            return Decimal(files(request))
        case (Kind.IMAGE_OUT, Unit.TOKEN):
            return Decimal(drawn)
        case (Kind.IMAGE_OUT, Unit.IMAGE):
            return Decimal(request.n)
        case (Kind.TEXT_OUT, Unit.TOKEN):
            text = Decimal(option(target, "max_output", TEXT_TOKENS * request.n))
            return text if has_price(target, Kind.IMAGE_OUT) else text + drawn
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def counted(request: ImageRequest, meter: Meter, target: Target) -> dict[Line, Decimal]:
    """Images of the request, and the pictures of an answer of which none was left unfinished."""
    found = {IMAGES_IN: Decimal(files(request))} if files(request) else {}
    known = not meter.unfinished and not was_lost(meter, target)
    return {**found, IMAGES_OUT: Decimal(meter.images)} if known else found


def guess(request: ImageRequest, meter: Meter, target: Target, line: Line) -> Decimal | None:
    begun = request.n if was_lost(meter, target) else meter.images + len(meter.unfinished)
    partial = meter.partials * option(target, "partial_image_tokens", PARTIAL_TOKENS)
    drawn = begun * tokens_per_picture(request, target) + partial
    inputs = whole(files(request) * option(target, "image_in_tokens", IMAGE_IN_TOKENS) * LIKELY_SHARE)
    match line:
        case (Kind.TEXT_IN, Unit.TOKEN):
            text = whole(Decimal(utf8_bytes(request.prompt)) / BYTES_PER_TOKEN)
            return text if has_price(target, Kind.IMAGE_IN) else text + inputs
        case (Kind.IMAGE_IN, Unit.TOKEN):
            return inputs
        case (Kind.IMAGE_OUT, Unit.TOKEN):
            return Decimal(drawn)
        case (Kind.IMAGE_OUT, Unit.IMAGE):
            return Decimal(begun)
        case (Kind.TEXT_OUT, Unit.TOKEN):
            return Decimal(0 if has_price(target, Kind.IMAGE_OUT) else drawn)
    return None


def was_lost(meter: Meter, target: Target) -> bool:
    """Whether an answer had begun that brought no picture: what it had of them is not known."""
    return not meter.delivered and target.sending is not None and target.sending.answered


def files(request: ImageRequest) -> int:
    return len(request.images) + (request.mask is not None)


def option(target: Target, name: str, default: int) -> int:
    return int(target.options.get(name) or default)


def tokens_per_picture(request: ImageRequest, target: Target) -> int:
    """The most tokens of one picture in the size and quality asked for."""
    table = target.options.get("image_token_table")
    if not table:
        return option(target, "image_tokens", IMAGE_TOKENS)
    rows = [table[request.quality]] if request.quality in table else list(table.values())
    return max(most_of_row(row, request.size or request.resolution) for row in rows)


def most_of_row(row: Mapping[str, int], size: str) -> int:
    """Tokens of a size in one quality; of a size without a number those of the dearest pixel."""
    if size in row:
        return row[size]
    asked = pixels(size)
    if asked is None:
        return max(row.values())
    known = [(tokens, count) for name, tokens in row.items() if (count := pixels(name))]
    return max((-(-tokens * asked // count) for tokens, count in known), default=max(row.values()))


def pixels(size: str) -> int | None:
    """1,048,576 for `1024x1024`; None for what is no size in pixels."""
    width, _x, height = size.partition("x")
    return int(width) * int(height) if width.isdecimal() and height.isdecimal() else None


def asked(request: ImageRequest) -> dict[str, str]:
    """Size and quality where the request leaves no choice to the model."""
    fields = {"size": request.size or request.resolution, "quality": request.quality}
    return {name: value for name, value in fields.items() if value not in OPEN}


def possible(request: ImageRequest, price: Price) -> bool:
    """Whether a price's size and quality can be those of a request."""
    known = asked(request)
    return all(price.condition.get(name, value) == value for name, value in known.items())


def facts(request: ImageRequest, target: Target, usage: Usage) -> Mapping[str, Any]:
    """Size and quality: those the provider says it made, else as asked, else the model's default, else those
    of the dearest price, because what is not known must not be free."""
    options = {name: target.options.get(f"default_{name}", "") for name in ("size", "quality")}
    known = {**told(options), **asked(request), **told(usage.facts)}
    return {**dearest_choice(target, known), **known}


def told(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value not in OPEN}


def dearest_choice(target: Target, known: Mapping[str, str]) -> Mapping[str, Any]:
    """Size and quality of the dearest price for a picture that what is known leaves possible."""
    drawn = (price for price in target.prices if price.kind is Kind.IMAGE_OUT and not price.surcharge)
    rows = (price for price in drawn if fits(price, known))
    dearest = max(rows, key=lambda price: price.usd_per_unit, default=None)
    return dict(chosen(dearest)) if dearest else {}


def fits(price: Price, known: Mapping[str, str]) -> bool:
    return all(price.condition.get(name, value) == value for name, value in known.items())


def chosen(price: Price) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in price.condition.items() if name in ("size", "quality"))


def free(meter: Meter) -> bool:
    return not meter.delivered


def recorded_format(request: ImageRequest, _target: Target | None) -> str:
    """The format asked for; empty where it was left to the provider."""
    return "" if request.format in OPEN else str(request.format)


ESTIMATES = Estimates(
    upper_bound=each_line(upper_bound),
    counted=counted,
    guess=guess,
    covered=covered_by_tokens,
    facts=facts,
    possible=possible,
    unpriced_lines=(TEXT_IN, IMAGE_TOKENS_OUT),
    free=free,
    format=recorded_format,
)
