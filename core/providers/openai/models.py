"""The list of models over `GET /models`, which also shows whether a server accepts our key.

https://platform.openai.com/docs/api-reference/models/list
https://openrouter.ai/docs/api-reference/list-available-models
"""

from __future__ import annotations

from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.route import Target
from core.providers.openai.errors import refuse
from core.providers.openai.vendor import OpenAICalls
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.scrub.spellings import spellings_of

LIMITS = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)


class OpenAIModels(OpenAICalls):
    async def models(self, target: Target) -> tuple[str, ...]:
        """Ids of the models the server lists. Raises from the error tree."""
        return tuple(row["id"] for row in await self.listing(target))

    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """Each listed model as the server describes it, with an `id`. `query` is appended to the path.

        Raises from the error tree.
        """
        call = self.vendor.json_call(target, "GET", f"models{query}", None, LIMITS)
        async with await http.send(call) as response:
            body = await response.body()
        value = decode(body)
        if spellings := spellings_of(target):
            value = spellings.clean(value)
        rows = value.get("data") if isinstance(value, dict) else value
        if not isinstance(rows, list):
            refuse(body, call.hide)
        named = tuple(row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str))
        if rows and not named:
            raise UpstreamInvalid("The provider's list of models has no ids.")
        return named
