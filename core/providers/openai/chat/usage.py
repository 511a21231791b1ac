"""What an answer in a conversation comes to: tokens by kind, as the provider counts them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.openai.transcription.usage import charged, count, plausible

HEARD = {
    "audio_tokens": Kind.AUDIO_IN,
    "image_tokens": Kind.IMAGE_IN,
    "video_tokens": Kind.VIDEO_IN,
    "file_tokens": Kind.FILE_IN,
}
MADE = {"audio_tokens": Kind.AUDIO_OUT, "image_tokens": Kind.IMAGE_OUT}


def usage_of(reported: Any, target: Target) -> Usage:
    """`reported` is the answer's `usage`. Nonsense is dropped and marks an estimate, as does its absence."""
    told = reported if isinstance(reported, dict) else {}
    tokens = TokenReader()
    asked, made = tokens.count(told.get("prompt_tokens")), tokens.count(told.get("completion_tokens"))
    if asked is not None:
        tokens.prompt(asked, details(told, "prompt_tokens_details"))
    if made is not None:
        made += tokens.beyond(told, asked or 0, made, bool(target.options.get("thoughts_in_total")))
        tokens.completion(made, details(told, "completion_tokens_details"))
    seconds = plausible(told.get("prompt_audio_seconds"))
    if seconds:
        tokens.amounts.append(Amount(Kind.AUDIO_IN, Unit.SECOND, round(Decimal(str(seconds)), 3)))
    return Usage(tuple(tokens.amounts), charged(told, target), tokens.doubtful)


def details(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


class TokenReader:
    """Amounts as they are found, and whether something was told that cannot be."""

    def __init__(self) -> None:
        self.amounts: list[Amount] = []
        self.doubtful = False

    def count(self, value: Any) -> int | None:
        found = count(value)
        self.doubtful = self.doubtful or found is None
        return found

    def prompt(self, whole: int, told: Mapping[str, Any]) -> None:
        """Text is what the other kinds leave; what was cached is part of it, then of the sound."""
        if not told:
            self._add(Kind.TEXT_IN, whole)
            return
        parts = self._parts(whole, told, HEARD)
        text = whole - sum(parts.values())
        cached = self._part(told, "cached_tokens", whole)
        of_sound = min(max(cached - text, 0), parts[Kind.AUDIO_IN])
        self._add(Kind.TEXT_IN, text)
        self._some({Kind.CACHED_IN: min(cached, text), Kind.CACHED_AUDIO_IN: of_sound, **parts})

    def completion(self, whole: int, told: Mapping[str, Any]) -> None:
        if not told:
            self._add(Kind.TEXT_OUT, whole)
            return
        parts = self._parts(whole, told, MADE)
        text = whole - sum(parts.values())
        reasoning = min(self._part(told, "reasoning_tokens", whole), text)
        self._add(Kind.TEXT_OUT, text)
        self._some({Kind.REASONING_OUT: reasoning, **parts})

    def beyond(self, told: Mapping[str, Any], asked: int, made: int, unsaid: bool) -> int:
        """Tokens of thoughts that only the total has; they are made and charged like the others.

        xAI tells their number apart. Gemini does not: the endpoint's option `thoughts_in_total` vouches for
        it. Any other total that is no sum is doubtful, but for Mistral's, which counts sound in seconds.
        """
        total = told.get("total_tokens")
        if total is None or "prompt_audio_seconds" in told:
            return 0
        more = (self.count(total) or 0) - asked - made
        thought = count(details(told, "completion_tokens_details").get("reasoning_tokens"))
        if more > 0 and (more == thought or unsaid):
            return more
        self.doubtful = self.doubtful or more != 0
        return 0

    def _parts(self, whole: int, told: Mapping[str, Any], names: Mapping[str, Kind]) -> dict[Kind, int]:
        found = {}
        for name, kind in names.items():
            found[kind] = self._part(told, name, whole)
            whole -= found[kind]
        return found

    def _part(self, told: Mapping[str, Any], name: str, most: int) -> int:
        """A count within its whole; a zero may be left out."""
        value = told.get(name)
        if value is None:
            return 0
        found = self.count(value) or 0
        self.doubtful = self.doubtful or found > most
        return min(found, most)

    def _some(self, found: Mapping[Kind, int]) -> None:
        for kind, quantity in found.items():
            if quantity:
                self._add(kind, quantity)

    def _add(self, kind: Kind, quantity: int) -> None:
        self.amounts.append(Amount(kind, Unit.TOKEN, Decimal(quantity)))
