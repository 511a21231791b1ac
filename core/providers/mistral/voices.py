"""The voices of an account: https://docs.mistral.ai/api/endpoint/audio/voices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.route import Target
from core.providers.base import ListedVoice
from core.providers.openai.errors import refusal
from core.providers.openai.vendor import VENDOR
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count
from core.providers.shared.scrub.spellings import spellings_of

LIMITS = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)
PAGE, PAGES = 100, 10


class MistralVoices:
    async def voices(self, target: Target) -> tuple[ListedVoice, ...]:
        """The presets and the voices that the account has made. Raises from the error tree.

        https://docs.mistral.ai/api/endpoint/audio/voices#operation-list_voices_v1_audio_voices_get
        """
        found: list[ListedVoice] = []
        for page in range(PAGES):
            rows, total = await voice_rows(target, page * PAGE)
            found += [voice_of(row) for row in rows if string(row.get("id"))]
            if not rows or (page + 1) * PAGE >= total:
                break
        return tuple(found)


async def voice_rows(target: Target, offset: int) -> tuple[list[Mapping[str, Any]], int]:
    """(rows from `offset` on, number of all voices). Raises from the error tree."""
    call = VENDOR.json_call(target, "GET", f"audio/voices?limit={PAGE}&offset={offset}", None, LIMITS)
    async with await http.send(call) as response:
        value = decode(await response.body())
    if spellings := spellings_of(target):
        value = spellings.clean(value)
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise refusal(value, call.hide)
    return [row for row in items if isinstance(row, dict)], count(value.get("total")) or 0


def voice_of(row: Mapping[str, Any]) -> ListedVoice:
    """A row. A preset is asked for by its `slug`, such as `en_paul_neutral`, a voice of one's own by its id.

    Samples are not public: they need our key, so none is listed.
    """
    preset = row.get("type") == "preset" or row.get("user_id") is None
    id = (string(row.get("slug")) if preset else "") or row["id"]
    return ListedVoice(
        id=id,
        name=string(row.get("name")) or id,
        language=tag_of(next(iter(strings(row.get("languages"))), "")),
        gender=string(row.get("gender")),
        description=string(row.get("description")) or ", ".join(strings(row.get("tags"))),
    )


def tag_of(language: str) -> str:
    """`en_us` as `en-US`."""
    code, _, region = language.replace("_", "-").partition("-")
    return f"{code.lower()}-{region.upper()}" if region else code.lower()


def strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
