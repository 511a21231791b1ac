"""Usage and its cost: units, amounts, price rows. Money is `Decimal` in USD."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a quantity is of; together with a `Unit` it is one line of a bill."""

    TEXT_IN = "text_in"
    TEXT_OUT = "text_out"
    CACHED_IN = "cached_in"
    REASONING_OUT = "reasoning_out"
    AUDIO_IN = "audio_in"
    AUDIO_OUT = "audio_out"
    CACHED_AUDIO_IN = "cached_audio_in"
    IMAGE_IN = "image_in"
    IMAGE_OUT = "image_out"
    VIDEO_IN = "video_in"
    FILE_IN = "file_in"
    REQUEST = "request"
    TOOL_TEXT_IN = "tool_text_in"
    TOOL_IMAGE_IN = "tool_image_in"
    TOOL_TEXT_OUT = "tool_text_out"
    TOOL_IMAGE_OUT = "tool_image_out"


TOOL_KINDS = {
    Kind.TEXT_IN: Kind.TOOL_TEXT_IN,
    Kind.IMAGE_IN: Kind.TOOL_IMAGE_IN,
    Kind.TEXT_OUT: Kind.TOOL_TEXT_OUT,
    Kind.IMAGE_OUT: Kind.TOOL_IMAGE_OUT,
}
"""Kinds of the image model that a chat model draws with, by what they are in that model's own price sheet."""


class Unit(StrEnum):
    CHARACTER = "character"
    TOKEN = "token"
    SECOND = "second"
    IMAGE = "image"
    PAGE = "page"
    BYTE = "byte"
    REQUEST = "request"


class Basis(StrEnum):
    """How a cost was found."""

    REPORTED = "reported"  # the provider named the amount
    COMPUTED = "computed"  # units the provider or we counted exactly, times the price in force
    ESTIMATED = "estimated"  # units guessed (a cut stream, bytes without usage), times the price
    UNPRICED = "unpriced"  # no price known: the cost is null, never zero
    CACHED = "cached"  # answered from the cache


@dataclass(frozen=True, slots=True)
class Amount:
    kind: Kind
    unit: Unit
    quantity: Decimal

    @property
    def name(self) -> str:
        """The key under which units are stored and shown, such as `text_in.character`."""
        return f"{self.kind}.{self.unit}"


@dataclass(frozen=True, slots=True)
class Usage:
    """The bill of one attempt, as its adapter ends it.

    `estimated` marks amounts that were guessed; `reported_cost` is what the provider says it charged,
    `service_tier` the tier in which it says it answered, which may be another than was asked for. `facts` are
    what else it says of how it answered and prices may depend on: `size` and `quality` of its images.
    """

    amounts: tuple[Amount, ...] = ()
    reported_cost: Decimal | None = None
    estimated: bool = False
    service_tier: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def units(self) -> dict[str, Decimal]:
        return {amount.name: amount.quantity for amount in self.amounts}


SURCHARGE = "surcharge"
"""The condition of prices that are added to another one."""


@dataclass(frozen=True, slots=True)
class Price:
    """One typed row of an endpoint's price sheet; `id` names the version a cost was computed with."""

    kind: Kind
    unit: Unit
    usd_per_unit: Decimal
    condition: Mapping[str, Any] = field(default_factory=dict, hash=False)
    valid_from: datetime | None = None
    id: int | None = None

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.unit}"

    @property
    def surcharge(self) -> bool:
        """Whether it is added to the price that counts without it, rather than taking its place."""
        return self.condition.get(SURCHARGE) is True


@dataclass(frozen=True, slots=True)
class Cost:
    """Money for one attempt or one request; `amount` is None when no price is known."""

    amount: Decimal | None
    basis: Basis
