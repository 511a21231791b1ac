"""How much a chat request uses: bounds before it is sent, guesses where a provider reports too little.

Input, never more than the model's context where that is known:

- text: at most one token per byte of messages, tools and schemas, and 16 for each message;
  guessed as one per three bytes;
- an image: at most the endpoint's `image_in_tokens`, 2,500 where it does not say; guessed as half of that;
- audio: seconds times `audio_tokens_per_second`, 32 where the endpoint does not say;
- video: seconds times `video_tokens_per_second`, 300, and its audio;
- a PDF: at most 3,000 tokens a page, guessed as 1,000; other files as text.

Kinds of files that an endpoint has no price for are billed as text. Seconds and pages are measured before
anything is sent; where they could not be they follow from the size of the file, and those of a file that
only has an address are guessed.

Output: at most the limit for each choice, and the tokens of reasoning that the parameters allow. A request
without a limit reserves 4,096 tokens (less where the model writes less); where a budget pays for it, it is
sent that limit or the smaller one that fits into the budget. Images are counted within the limit as well,
two of each choice beside it where it is smaller. So are tokens of audio; guessed by the second, with
`audio_out_tokens_per_second` where the endpoint has it. A router's own fees are in `router_fees`, what an
image model draws for the chat model in `image_tool`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.chat import ChatRequest, Modality, file_parts
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.ledger.estimates import chat_files, image_tool
from core.ledger.estimates.base import (
    BYTES_PER_TOKEN,
    ONE_REQUEST,
    OUTPUT,
    Estimates,
    Quantity,
    answer_format,
    covered_by_tokens,
    has_price,
    size_of,
    whole,
)
from core.ledger.estimates.router_fees import router_fees
from core.ledger.metering import Meter
from core.ledger.price_sheet import Line
from core.providers.shared.chat_parameters import (
    choices,
    is_standard_tier,
    parameters_and_cap,
    parameters_at,
    priced_options,
    thinking_tokens,
)

PER_MESSAGE = 16
WITHOUT_LIMIT = 4096
ENDLESS = 1_000_000
IMAGES, IMAGE_TOKENS = 2, 1300
TEXT_TOKENS_PER_SECOND = 2
"""At least so many tokens of text make a second of speech."""

TEXT_LINES = ((Kind.TEXT_IN, Unit.TOKEN), (Kind.TEXT_OUT, Unit.TOKEN))


def upper_bound(request: ChatRequest, target: Target) -> Quantity:
    parameters, limit = parameters_and_cap(request, target)

    def most(line: Line) -> Decimal:
        kind, unit = line
        if line == ONE_REQUEST:
            return Decimal(1)
        if kind in image_tool.KINDS:
            tokens = most_output_tokens(target, parameters, limit)
            return image_tool.upper_bound(request, target, line, text_bytes(request, parameters) + tokens)
        if kind in OUTPUT:
            tokens = most_output_tokens(target, parameters, limit)
            return most_output(request, target, line, tokens, choices(parameters))
        if unit is not Unit.TOKEN:
            return chat_files.measured(request, line, chat_files.MOST)
        if kind is Kind.TEXT_IN:
            text = text_bytes(request, parameters) + PER_MESSAGE * (len(request.messages) + 1)
            text += tokens_billed_as_text(request, target, chat_files.MOST)
            text += image_tool.read_again(request, target)
            return image_tool.passes(request, target) * within_context(text, target)
        # cached tokens are part of their whole and bounded with it
        found = chat_files.tokens(request, target, chat_files.MOST)
        return within_context(found.get(kind, Decimal(0)), target)

    return most


def most_output(request: ChatRequest, target: Target, line: Line, tokens: int, choices: int) -> Decimal:
    """The most of a line of an answer with so many tokens in so many choices."""
    kind, unit = line
    images = most_images(request, target, tokens, choices)
    image_tokens = images * tokens_per_image(target)
    match kind, unit:
        case (Kind.TEXT_OUT, Unit.TOKEN):
            as_text = 0 if has_price(target, Kind.IMAGE_OUT) else image_tokens
            return Decimal(tokens + as_text)
        case (Kind.REASONING_OUT, Unit.TOKEN):
            return Decimal(tokens)
        case (Kind.IMAGE_OUT, Unit.TOKEN):
            return Decimal(image_tokens)
        case (Kind.IMAGE_OUT, Unit.IMAGE):
            return Decimal(images)
        case (Kind.AUDIO_OUT, Unit.TOKEN) if Modality.AUDIO in request.modalities:
            return Decimal(tokens)
        case (Kind.AUDIO_OUT, Unit.SECOND) if Modality.AUDIO in request.modalities:
            return Decimal(tokens) / TEXT_TOKENS_PER_SECOND
    return Decimal(0)


def counted(request: ChatRequest, meter: Meter, target: Target) -> dict[Line, Decimal]:
    """Files of the messages by their kind, images of the answer."""
    found = chat_files.counted(request)
    if target.image_model is not None:
        return found | image_tool.counted(meter)
    if meter.images:
        found[Kind.IMAGE_OUT, Unit.IMAGE] = Decimal(meter.images)
    return found


def covered(line: Line, amounts: Iterable[Amount]) -> bool:
    """Whether the tokens of a line are contained in what the provider reported of the same direction."""
    if line[0] in image_tool.KINDS:
        return image_tool.covered(line, amounts)
    return covered_by_tokens(line, amounts)


def guess(request: ChatRequest, meter: Meter, target: Target, line: Line) -> Decimal | None:
    """None for kinds that are part of another one."""
    kind, unit = line
    if kind in image_tool.KINDS:
        text = in_tokens(text_bytes(request, parameters_at(request, target)))
        return image_tool.guess(request, meter, target, line, text)
    match kind, unit:
        case (Kind.TEXT_IN, Unit.TOKEN):
            text = in_tokens(text_bytes(request, parameters_at(request, target)))
            files = tokens_billed_as_text(request, target, chat_files.LIKELY)
            return within_context(text + files, target)
        case (Kind.TEXT_OUT, Unit.TOKEN):
            return Decimal(in_tokens(meter.text_bytes))
        case (Kind.AUDIO_OUT, Unit.TOKEN):
            return whole(seconds(request, meter) * audio_output_rate(target))
        case (Kind.AUDIO_OUT, Unit.SECOND):
            return seconds(request, meter)
        case (Kind.IMAGE_OUT, Unit.TOKEN):
            return Decimal(0 if target.image_model else meter.images * tokens_per_image(target))
        case (Kind.IMAGE_IN | Kind.AUDIO_IN | Kind.VIDEO_IN | Kind.FILE_IN, Unit.TOKEN):
            return within_context(chat_files.tokens(request, target, chat_files.LIKELY)[kind], target)
        case (Kind.IMAGE_IN | Kind.AUDIO_IN | Kind.VIDEO_IN | Kind.FILE_IN, _):
            return chat_files.measured(request, line, chat_files.LIKELY)
    return None


def after(meter: Meter) -> dict[Line, Decimal]:
    """Text after the last counts; nothing where there were none, for then the line is guessed as a whole."""
    more = 0 if meter.counted_bytes is None else meter.text_bytes - meter.counted_bytes
    return {(Kind.TEXT_OUT, Unit.TOKEN): Decimal(in_tokens(more))} if more else {}


def seconds(request: ChatRequest, meter: Meter) -> Decimal:
    """Playing time of the answer's audio."""
    exact = meter.exact_seconds()
    return meter.encoded_seconds(request.format) if exact is None else exact


def tokens_billed_as_text(request: ChatRequest, target: Target, how: chat_files.Rates) -> Decimal:
    """Tokens of files whose kind the endpoint has no price for."""
    found = chat_files.tokens(request, target, how).items() if any(file_parts(request)) else ()
    return sum((tokens for kind, tokens in found if not has_price(target, kind)), Decimal(0))


def within_context(tokens: Decimal, target: Target) -> Decimal:
    """At most the model's context: it refuses longer input."""
    return min(tokens, Decimal(target.options.get("context_length") or ENDLESS * 10))


def most_output_tokens(target: Target, parameters: Mapping[str, Any], limit: int | None) -> int:
    """Tokens that all choices together may have; a prediction that is not used is billed as well."""
    each = min(limit or WITHOUT_LIMIT, target.options.get("max_output") or ENDLESS)
    beside = thinking_tokens(parameters) + size_of(parameters.get("prediction") or "")
    return choices(parameters) * (each + beside)


def most_images(request: ChatRequest, target: Target, tokens: int, choices: int) -> int:
    """Images that all choices together may have: as many as the limit on their tokens has room for, and
    two of each choice for servers that do not count them within it."""
    if Modality.IMAGE not in request.modalities or target.image_model is not None:
        return 0
    return max(tokens // tokens_per_image(target), choices * IMAGES)


def text_bytes(request: ChatRequest, parameters: Mapping[str, Any]) -> Decimal:
    """UTF-8 bytes of messages and parameters, their names included."""
    return Decimal(size_of((request.messages, parameters)))


def most_limit(request: ChatRequest, target: Target) -> int:
    """The limit for a request that has none."""
    return min(WITHOUT_LIMIT, target.options.get("max_output") or ENDLESS)


def limited(request: ChatRequest, tokens: int) -> ChatRequest:
    return replace(request, limit=tokens)


def in_tokens(size: Decimal | int) -> Decimal:
    return whole(Decimal(size) / BYTES_PER_TOKEN)


def tokens_per_image(target: Target) -> int:
    return int(target.options.get("image_tokens", IMAGE_TOKENS))


def audio_output_rate(target: Target) -> Decimal:
    out = target.options.get("audio_out_tokens_per_second")
    return chat_files.rate(target, "audio_tokens_per_second") if out is None else Decimal(str(out))


def free(meter: Meter) -> bool:
    """An empty answer that ended with an error or without a reason, whatever usage was reported for it."""
    return not meter.delivered and meter.finish in (None, "error")


def recorded_format(request: ChatRequest, target: Target | None) -> str:
    """The format of the answer's audio; empty for an answer without audio."""
    return answer_format(request, target) if Modality.AUDIO in request.modalities else ""


def facts(request: ChatRequest, target: Target, usage: Usage) -> Mapping[str, Any]:
    """The options that were sent. A tier that the provider says it used instead of the one asked for counts
    where it is a usual one or has a price."""
    options = priced_options(parameters_at(request, target))
    told = {"service_tier": usage.service_tier}
    if is_standard_tier(usage.service_tier):
        options.pop("service_tier", None)
    elif any(price.condition.items() >= told.items() for price in target.prices):
        options |= told
    return {**image_tool.facts(request, target, usage), **options}


ESTIMATES = Estimates(
    fees=router_fees,
    facts=facts,
    upper_bound=upper_bound,
    counted=counted,
    guess=guess,
    after=after,
    covered=covered,
    unpriced_lines=TEXT_LINES,
    free=free,
    format=recorded_format,
    most_limit=most_limit,
    limited=limited,
)
