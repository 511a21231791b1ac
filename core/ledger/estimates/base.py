"""What the ledger needs to know about a task in order to bound and to bill its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import partial
from typing import Any, Generic, TypeVar

from core.contract.requests import Request
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Price, Unit, Usage
from core.ledger.metering import Meter, utf8_bytes
from core.ledger.price_sheet import Line
from core.ledger.pricing import INPUTS

R = TypeVar("R", bound=Request)
Quantity = Callable[[Line], Decimal]
"""How much of a line."""

ONE_REQUEST = (Kind.REQUEST, Unit.REQUEST)
BYTES_PER_TOKEN = 3
INPUT = (*INPUTS, Kind.CACHED_IN, Kind.CACHED_AUDIO_IN)
OUTPUT = (Kind.TEXT_OUT, Kind.REASONING_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT)
TOKENS_PER_SECOND = 32
"""Tokens of a second of audio at an endpoint that does not say."""


def answer_format(request: Request, target: Target | None) -> str:
    """The format asked of the target that answered, else the one the caller wants."""
    return str((target.format if target else None) or request.format)


def never_covered(_line: Line, _amounts: Iterable[Amount]) -> bool:
    return False


def covered_by_tokens(line: Line, amounts: Iterable[Amount]) -> bool:
    """Whether amounts have tokens of the same direction, in which those of a line are contained."""
    kind, unit = line
    side = INPUT if kind in INPUT else OUTPUT
    return unit is Unit.TOKEN and any(amount.unit is Unit.TOKEN and amount.kind in side for amount in amounts)


def has_price(target: Target, kind: Kind) -> bool:
    return any(price.kind is kind for price in target.prices)


def nothing_after(_meter: Meter) -> dict[Line, Decimal]:
    return {}


def never_free(_meter: Meter) -> bool:
    return False


def no_facts(_request: Request, _target: Target, _usage: Usage) -> Mapping[str, Any]:
    return {}


def any_price(_request: Request, _price: Price) -> bool:
    return True


def no_fees(_request: Request, _target: Target) -> Decimal:
    return Decimal(0)


def no_limit(_request: Request, _target: Target) -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates(Generic[R]):
    """The functions of one task; a `Line` is the kind and the unit of a quantity."""

    upper_bound: Callable[[R, Target], Quantity]
    """The most of each line that a request can use at a target."""

    counted: Callable[[R, Meter, Target], dict[Line, Decimal]]
    """The quantities that we know exactly ourselves."""

    guess: Callable[[R, Meter, Target, Line], Decimal | None]
    """What a line probably came to, given what was delivered; None where the line has no guess."""

    upper_bound_of_second_model: Callable[[R, Line], Decimal] | None = None
    """The most of one line at a second model that goes on with the answer of the first; None for tasks
    whose routes have no second model."""

    after: Callable[[Meter], dict[Line, Decimal]] = nothing_after
    """What probably came after the counts that the provider had told, where the answer was stopped."""

    covered: Callable[[Line, Iterable[Amount]], bool] = never_covered
    """Whether the amounts that the provider reported contain those of a line, so that it is not guessed."""

    facts: Callable[[R, Target, Usage], Mapping[str, Any]] = no_facts
    """What the conditions of prices compare; the usage tells what was done otherwise than asked."""

    possible: Callable[[R, Price], bool] = any_price
    """Whether a price can be that of a request; others are left out of its upper bound."""

    unpriced_lines: tuple[Line, ...] = ()
    """Lines that a bill lists where the endpoint has no prices."""

    free: Callable[[Meter], bool] = never_free
    """Whether an answer for which a usage was reported is not charged."""

    limited: Callable[[R, int], R] | None = None
    """The request with a limit on the tokens of its answer, for callers who set none; None for tasks whose
    input bounds the output."""

    most_limit: Callable[[R, Target], int] = no_limit
    """The largest such limit at a target."""

    fees: Callable[[R, Target], Decimal] = no_fees
    """The most that a target charges for a request beside its prices, USD."""

    format: Callable[[R, Target | None], str] = answer_format
    """The answer's format as usage records name it; the target is the one of the last attempt."""


def each_line(most: Callable[[R, Target, Line], Decimal]) -> Callable[[R, Target], Quantity]:
    """An upper bound that is computed for each line by itself."""
    return lambda request, target: partial(most, request, target)


def audio_tokens_per_second(target: Target) -> Decimal:
    return Decimal(str(target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND)))


def size_of(value: Any) -> int:
    """UTF-8 bytes of all text in a JSON value, names included; 8 for anything else."""
    size, rest = 0, [value]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            size += utf8_bytes(value)
        elif isinstance(value, dict):
            rest += value.keys()
            rest += value.values()
        elif isinstance(value, list | tuple):
            rest += value
        elif isinstance(value, Mapping):
            rest += value.keys()
            rest += value.values()
        else:
            size += 8
    return size


def whole(quantity: Decimal) -> Decimal:
    """Rounded up to a whole number."""
    return quantity.to_integral_value(rounding=ROUND_CEILING)
