"""The usage that Google reports: tokens by kind, the last report of an answer counts.

https://ai.google.dev/api/generate-content#UsageMetadata

`promptTokenCount` contains what was cached, `candidatesTokenCount` not what was thought, the total contains
both. Of a kind without tokens only the name is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.gemini.errors import objects
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count

INPUTS = {
    "AUDIO": Kind.AUDIO_IN,
    "IMAGE": Kind.IMAGE_IN,
    "VIDEO": Kind.VIDEO_IN,
    "DOCUMENT": Kind.FILE_IN,
}
OUTPUTS = {"AUDIO": Kind.AUDIO_OUT, "IMAGE": Kind.IMAGE_OUT}
"""By `modality`; all others are text."""
TIERS = {"ON_DEMAND": "standard", "ON_DEMAND_FLEX": "flex", "ON_DEMAND_PRIORITY": "priority"}
"""By `trafficType`, which Vertex AI tells instead of a tier."""


class UsageReport:
    """Collects what the objects of one answer report; `complete` where the last object did."""

    __slots__ = ("_counts", "_tier", "complete")

    def __init__(self) -> None:
        self._counts: Mapping[str, Any] | None = None
        self._tier = ""
        self.complete = False

    def read(self, value: Mapping[str, Any]) -> None:
        found = value.get("usageMetadata")
        self.complete = False
        if not isinstance(found, dict):
            return
        traffic = string(found.get("trafficType"))
        self._tier = string(found.get("serviceTier")) or TIERS.get(traffic, self._tier)
        if "promptTokenCount" in found or "totalTokenCount" in found:
            self._counts, self.complete = found, True

    def whole(self) -> Usage:
        """The usage of a complete answer; without amounts where none was reported."""
        return replace(usage_of(self._counts or {}), service_tier=self._tier)

    def so_far(self) -> Usage | None:
        """What was reported of an answer that failed or was stopped; None where nothing was."""
        if self._counts is None:
            return None
        return self.whole() if self.complete else replace(self.whole(), estimated=True)


def usage_of(metadata: Mapping[str, Any]) -> Usage:
    """Tokens of text with those that are part of them, then of each other kind that was used.

    An estimate where a count is missing or contradicts another.
    """
    if not metadata:
        return Usage()
    prompt = tokens(metadata, "promptTokenCount") + tokens(metadata, "toolUsePromptTokenCount")
    thoughts = tokens(metadata, "thoughtsTokenCount")
    answer = tokens(metadata, "candidatesTokenCount") + thoughts
    asked = by_kind(metadata, ("promptTokensDetails", "toolUsePromptTokensDetails"), INPUTS)
    made = by_kind(metadata, ("candidatesTokensDetails",), OUTPUTS)
    cached = by_kind(metadata, ("cacheTokensDetails",), INPUTS)
    text, written = prompt - sum(asked.values()), answer - sum(made.values())
    cached_text = tokens(metadata, "cachedContentTokenCount") - sum(cached.values())
    total = count(metadata.get("totalTokenCount"))
    found = {
        Kind.TEXT_IN: max(text, 0),
        Kind.CACHED_IN: within(cached_text, text),
        Kind.CACHED_AUDIO_IN: within(cached.get(Kind.AUDIO_IN, 0), asked.get(Kind.AUDIO_IN, 0)),
        **asked,
        Kind.TEXT_OUT: max(written, 0),
        Kind.REASONING_OUT: within(thoughts, written),
        **made,
    }
    always = (Kind.TEXT_IN, Kind.TEXT_OUT)
    amounts = (
        Amount(kind, Unit.TOKEN, Decimal(quantity))
        for kind, quantity in found.items()
        if quantity or kind in always
    )
    doubtful = min(text, written) < 0 or (total is not None and total != prompt + answer)
    return Usage(tuple(amounts), estimated=doubtful)


def by_kind(
    metadata: Mapping[str, Any], names: tuple[str, ...], kinds: Mapping[str, Kind]
) -> dict[Kind, int]:
    """Tokens of each kind but text."""
    found: dict[Kind, int] = {}
    for row in (row for name in names for row in objects(metadata.get(name))):
        if kind := kinds.get(string(row.get("modality"))):
            found[kind] = found.get(kind, 0) + tokens(row, "tokenCount")
    return found


def tokens(values: Mapping[str, Any], name: str) -> int:
    return count(values.get(name)) or 0


def within(part: int, whole: int) -> int:
    return max(min(part, whole), 0)
