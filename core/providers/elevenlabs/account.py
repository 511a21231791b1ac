"""What an account has: its plan, how much of it is used, its limits; and the lists that belong to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.route import Target
from core.providers.base import AccountState
from core.providers.elevenlabs.errors import refusal
from core.providers.elevenlabs.vendor import VENDOR
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count
from core.providers.shared.scrub.spellings import spellings_of

PLAN = re.compile(r"[\w -]{1,40}")
LATEST = 2**33
"""Seconds since 1970, some time in the year 2242."""
LIMITS = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)


class ElevenLabsAccount:
    async def account(self, target: Target) -> AccountState:
        """The plan of the account, and the characters of this period. Raises from the error tree.

        https://elevenlabs.io/docs/api-reference/user/subscription/get
        """
        value = await fetch(target, "user/subscription", LIMITS)
        if not isinstance(value, dict):
            raise UpstreamInvalid("The provider's subscription is not one.")
        return AccountState(
            plan=plan if PLAN.fullmatch(plan := string(value.get("tier"))) else "",
            used=count(value.get("character_count")),
            limit=count(value.get("character_limit")),
            resets_at=time_of(value.get("next_character_count_reset_unix")),
        )


def time_of(seconds: Any) -> datetime | None:
    """A time in seconds since 1970; None for what is none."""
    known = type(seconds) is int and 0 < seconds < LATEST
    return datetime.fromtimestamp(seconds, UTC) if known else None


async def fetch(target: Target, path: str, limits: http.CallLimits) -> Any:
    """The JSON value at `path`, without our key. Raises from the error tree."""
    call = VENDOR.json_call(target, "GET", path, None, limits)
    async with await http.send(call) as response:
        value = decode(await response.body())
    spellings = spellings_of(target)
    return spellings.clean(value) if spellings else value


def rows_of(value: Any, name: str, id: str) -> tuple[dict[str, Any], ...]:
    """The objects of a list, bare or under `name`, that have an `id`. Raises for any other value."""
    rows = value.get(name) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise refusal(value, ())
    return tuple(row for row in rows if isinstance(row, dict) and string(row.get(id)))
