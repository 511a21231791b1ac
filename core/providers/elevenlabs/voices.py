"""The voices of an account: https://elevenlabs.io/docs/api-reference/voices/get-all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.route import Target
from core.providers.base import ListedVoice
from core.providers.elevenlabs.account import LIMITS, fetch, rows_of
from core.providers.shared.json_text import string


class ElevenLabsVoices:
    async def voices(self, target: Target) -> tuple[ListedVoice, ...]:
        """The voices that the account can use. Raises from the error tree.

        https://elevenlabs.io/docs/api-reference/voices/get-all
        """
        value = await fetch(target, "voices", LIMITS)
        return tuple(voice_of(row) for row in rows_of(value, "voices", "voice_id"))


def voice_of(row: Mapping[str, Any]) -> ListedVoice:
    """A row; `labels` tell gender, accent and character."""
    given = row.get("labels")
    labels: Mapping[str, Any] = given if isinstance(given, dict) else {}
    words = [string(labels.get(name)) for name in ("accent", "age", "descriptive", "use_case")]
    return ListedVoice(
        id=row["voice_id"],
        name=string(row.get("name")) or row["voice_id"],
        gender=string(labels.get("gender")),
        description=string(row.get("description")) or ", ".join(word for word in words if word),
        sample_url=string(row.get("preview_url")),
    )
