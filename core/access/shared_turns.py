"""Whose turn it is, counted over all processes in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from core.access import shared_limits
from core.access.shared_counters import evaluate

KEPT_SECONDS = 24 * 3600
"""After so long without a request the first one has its turn again."""

NEXT = f"""
local turn = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], {KEPT_SECONDS})
return turn - 1
"""


async def next_turn(names: Sequence[str]) -> int | None:
    """The number of this turn among `names`, from 0; None where there is no Redis or no answer in time."""
    digest = sha256("\n".join(names).encode(errors="replace")).hexdigest()
    return await evaluate(NEXT, f"{shared_limits.PREFIX}:turn:{digest[:32]}")
