"""The models that speak, over `GET /models`: https://elevenlabs.io/docs/api-reference/models/list."""

from __future__ import annotations

from typing import Any

from core.contract.route import Target
from core.providers.elevenlabs.account import LIMITS, fetch, rows_of

SPEECH = "text-to-speech"


class ElevenLabsModels:
    async def models(self, target: Target) -> tuple[str, ...]:
        """Ids of the models that turn text to speech. Raises from the error tree.

        https://elevenlabs.io/docs/api-reference/models/list
        """
        return tuple(row["id"] for row in await self.listing(target))

    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """Each model with its `id` and `task`; those that transcribe are not listed by the vendor.

        https://elevenlabs.io/docs/api-reference/models/list
        """
        value = await fetch(target, f"models{query}", LIMITS)
        rows = rows_of(value, "models", "model_id")
        speaking = [row for row in rows if row.get("can_do_text_to_speech") is not False]
        return tuple({**row, "id": row["model_id"], "task": SPEECH} for row in speaking)
