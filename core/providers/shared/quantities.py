"""Numbers in a provider's usage report, checked: what cannot be a count, a quantity or a price is None."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

MAX_COUNT = 1_000_000_000
MAX_QUANTITY = 10_000_000
MAX_USD = 100_000


def count(value: Any) -> int | None:
    """A count of tokens or characters; None for a negative or absurd number, a float, and true."""
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None


def quantity(value: Any) -> float | None:
    """A quantity such as seconds; None for what is no number, and for one that is negative or absurd."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= MAX_QUANTITY else None


def seconds(value: Any) -> Decimal | None:
    """A quantity of seconds, to the millisecond."""
    found = quantity(value)
    return None if found is None else round(Decimal(str(found)), 3)


def usd(value: Any) -> Decimal | None:
    """An amount of US dollars."""
    amount = quantity(value)
    return Decimal(str(value)) if amount is not None and amount <= MAX_USD else None
