"""`GET /models`: whether a server answers to our key, and what it offers."""

from __future__ import annotations

from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.route import Target
from core.providers.openai import wire
from core.providers.shared import http

LIMITS = http.Limits(total=20.0, idle=10.0, size=8 * http.MIB)


class OpenAIModels:
    async def models(self, target: Target) -> tuple[str, ...]:
        """Ids of the models the server lists. Raises from the error tree when it does not."""
        return tuple(row["id"] for row in await self.listing(target))

    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """What the server says of each model, `id` at least. Raises from the error tree."""
        call = wire.call(target, "GET", f"models{query}", None, LIMITS)
        async with await http.send(call) as answer:
            body = await answer.body()
        value = wire.decoded(body)
        rows = value.get("data") if isinstance(value, dict) else value
        if not isinstance(rows, list):
            wire.refuse(body, call.hide)
        named = tuple(row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str))
        if rows and not named:
            raise UpstreamInvalid("The provider's list of models has no ids.")
        return named
