"""How much a conversation uses: bounds before it is sent, guesses where a provider told too little.

Read, never more than the model's context where that is known:

- text: at most one token per byte of everything said, tools and schemas included, and 16 for each message;
  guessed as one per three bytes;
- an image: at most the endpoint's `image_in_tokens`, 2,500 where it does not say; guessed as half of that;
- sound: seconds times `audio_tokens_per_second`, 32 where the endpoint does not say;
- video: seconds times `video_tokens_per_second`, 300, and its sound;
- a PDF: at most 3,000 tokens a page, guessed as 1,000; other files as text.

What an endpoint has no price of its own for is read as text. Seconds and pages are measured before anything
is sent; where they could not be they follow from the size of the file, and what only has an address is
guessed.

Written: at most `max_completion_tokens` or `max_tokens` for each of `n` choices. A request without a limit
reserves 4,096 tokens (less where the model writes less); an answer may overrun that and is charged in full.
So may one with more than two pictures. Tokens of sound are counted within the same limit; guessed by the
second, with `audio_out_tokens_per_second` where the endpoint has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.contract.chat import ChatRequest, Modality, file_parts
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit
from core.ledger.estimates import chat_files
from core.ledger.estimates.chat_files import whole
from core.ledger.pricing import INPUTS, Line

BYTES_PER_TOKEN = 3
PER_MESSAGE = 16
WITHOUT_LIMIT = 4096
ENDLESS = 1_000_000
PICTURES, PICTURE_TOKENS = 2, 1300
SPOKEN_PER_SECOND = 2
"""At least so many tokens of text make a second of speech."""

WORDS = ((Kind.TEXT_IN, Unit.TOKEN), (Kind.TEXT_OUT, Unit.TOKEN))
ONE_REQUEST = (Kind.REQUEST, Unit.REQUEST)
READ = (*INPUTS, Kind.CACHED_IN, Kind.CACHED_AUDIO_IN)
WRITTEN = (Kind.TEXT_OUT, Kind.REASONING_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT)


@dataclass(frozen=True, slots=True)
class Made:
    """What has come of an answer: bytes of text and of calls, seconds of sound, pictures."""

    text: int = 0
    seconds: Decimal = Decimal(0)
    pictures: int = 0


def most(request: ChatRequest, target: Target, line: Line) -> Decimal:
    """The most of one line that a request can use at a target."""
    kind, unit = line
    if line == ONE_REQUEST:
        return Decimal(1)
    if kind in WRITTEN:
        return written(request, target, line)
    if unit is not Unit.TOKEN:
        return chat_files.measured(request, line, chat_files.MOST)
    if kind is Kind.TEXT_IN:
        text = text_bytes(request, target) + PER_MESSAGE * (len(request.messages) + 1)
        return within_context(text + read_as_text(request, target, chat_files.MOST), target)
    # what is read from a cache is bounded as part of its whole
    found = chat_files.tokens(request, target, chat_files.MOST)
    return within_context(found.get(kind, Decimal(0)), target)


def written(request: ChatRequest, target: Target, line: Line) -> Decimal:
    """The most of a line of the answer."""
    kind, unit = line
    told = asked(request, target)
    each = longest(told, target)
    pictures = choices(told) * PICTURES if Modality.IMAGE in request.modalities else 0
    drawn = pictures * picture_tokens(target)
    match kind, unit:
        case (Kind.TEXT_OUT, Unit.TOKEN):
            return Decimal(each + (drawn if drawn and not has_price(target, Kind.IMAGE_OUT) else 0))
        case (Kind.REASONING_OUT, Unit.TOKEN):
            return Decimal(each)
        case (Kind.IMAGE_OUT, Unit.TOKEN):
            return Decimal(drawn)
        case (Kind.IMAGE_OUT, Unit.IMAGE):
            return Decimal(pictures)
        case (Kind.AUDIO_OUT, Unit.TOKEN) if Modality.AUDIO in request.modalities:
            return Decimal(each)
        case (Kind.AUDIO_OUT, Unit.SECOND) if Modality.AUDIO in request.modalities:
            return Decimal(each) / SPOKEN_PER_SECOND
    return Decimal(0)


def counted(request: ChatRequest, made: Made) -> dict[Line, Decimal]:
    """What we know ourselves: files in by their kind, pictures that came."""
    found = chat_files.counted(request)
    if made.pictures:
        found[Kind.IMAGE_OUT, Unit.IMAGE] = Decimal(made.pictures)
    return found


def covered(line: Line, amounts: Iterable[Amount]) -> bool:
    """Whether tokens of a line are within what the provider told of the same direction."""
    kind, unit = line
    side = READ if kind in READ else WRITTEN
    return unit is Unit.TOKEN and any(amount.unit is Unit.TOKEN and amount.kind in side for amount in amounts)


def guess(made: Made, request: ChatRequest, target: Target, line: Line) -> Decimal | None:
    """What a line probably came to, `made` having been delivered; None for what is part of another."""
    kind, unit = line
    match kind, unit:
        case (Kind.TEXT_IN, Unit.TOKEN):
            text = in_tokens(text_bytes(request, target)) + read_as_text(request, target, chat_files.LIKELY)
            return within_context(text, target)
        case (Kind.TEXT_OUT, Unit.TOKEN):
            return Decimal(in_tokens(made.text))
        case (Kind.AUDIO_OUT, Unit.TOKEN):
            return whole(made.seconds * spoken_rate(target))
        case (Kind.AUDIO_OUT, Unit.SECOND):
            return made.seconds
        case (Kind.IMAGE_OUT, Unit.TOKEN):
            return Decimal(made.pictures * picture_tokens(target))
        case (Kind.IMAGE_IN | Kind.AUDIO_IN | Kind.VIDEO_IN | Kind.FILE_IN, Unit.TOKEN):
            return within_context(chat_files.tokens(request, target, chat_files.LIKELY)[kind], target)
        case (Kind.IMAGE_IN | Kind.AUDIO_IN | Kind.VIDEO_IN | Kind.FILE_IN, _):
            return chat_files.measured(request, line, chat_files.LIKELY)
    return None


def read_as_text(request: ChatRequest, target: Target, how: chat_files.Rates) -> Decimal:
    """Tokens of files that the endpoint has no price of their own for."""
    found = chat_files.tokens(request, target, how).items() if any(file_parts(request)) else ()
    return sum((tokens for kind, tokens in found if not has_price(target, kind)), Decimal(0))


def has_price(target: Target, kind: Kind) -> bool:
    return any(price.kind is kind for price in target.prices)


def within_context(tokens: Decimal, target: Target) -> Decimal:
    """No more than a model can read at once: what is longer it refuses."""
    return min(tokens, Decimal(target.options.get("context_length") or ENDLESS * 10))


def asked(request: ChatRequest, target: Target) -> Mapping[str, Any]:
    """What a target is told beside the messages: a caller may say it in the options of one provider, too."""
    body, options = target.options.get("body"), request.options.get(target.provider)
    if not (body or options):
        return request.parameters
    return {**(body or {}), **(options or {}), **request.parameters}


def longest(told: Mapping[str, Any], target: Target) -> int:
    """Tokens that all choices together may have."""
    limit = number(told, "max_completion_tokens") or number(told, "max_tokens") or WITHOUT_LIMIT
    return choices(told) * min(limit, target.options.get("max_output") or ENDLESS)


def choices(told: Mapping[str, Any]) -> int:
    return number(told, "n") or 1


def number(told: Mapping[str, Any], name: str) -> int | None:
    """A positive whole number; parameters are relayed as they came, so it may be anything else."""
    value = told.get(name)
    whole_number = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return int(value) if whole_number and value == int(value) else None


def text_bytes(request: ChatRequest, target: Target) -> Decimal:
    """UTF-8 bytes of all that is said: messages and parameters, their names included."""
    size, rest = 0, [request.messages, asked(request, target)]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            size += len(value) if value.isascii() else len(value.encode(errors="replace"))
        elif isinstance(value, list | tuple):
            rest += value
        elif isinstance(value, Mapping):
            rest += value.keys()
            rest += value.values()
        else:
            size += 8
    return Decimal(size)


def in_tokens(size: Decimal | int) -> Decimal:
    return whole(Decimal(size) / BYTES_PER_TOKEN)


def picture_tokens(target: Target) -> int:
    return int(target.options.get("image_tokens", PICTURE_TOKENS))


def spoken_rate(target: Target) -> Decimal:
    out = target.options.get("audio_out_tokens_per_second")
    return chat_files.rate(target, "audio_tokens_per_second") if out is None else Decimal(str(out))
