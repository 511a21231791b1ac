"""Usage of a chat answer: tokens by kind, as the provider reports them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.openai.router import reported_cost
from core.providers.openai.usage_report import UsageReport, in_openai_names
from core.providers.shared.quantities import count, seconds

PROMPT_DETAILS = {
    "audio_tokens": Kind.AUDIO_IN,
    "image_tokens": Kind.IMAGE_IN,
    "video_tokens": Kind.VIDEO_IN,
    "file_tokens": Kind.FILE_IN,
}
GOOGLE_HOST = ".googleapis.com"
COMPLETION_DETAILS = {"audio_tokens": Kind.AUDIO_OUT, "image_tokens": Kind.IMAGE_OUT}


def usage_of(reported: Any, target: Target, service_tier: str = "") -> Usage:
    """The usage of `reported`, the answer's `usage`; an estimate where that is missing or implausible."""
    usage = in_openai_names(reported)
    tokens = TokenReader()
    prompt, completion = (
        tokens.count(usage.get("prompt_tokens")),
        tokens.count(usage.get("completion_tokens")),
    )
    if prompt is not None:
        tokens.prompt(prompt, details(usage, "prompt_tokens_details"))
    if completion is not None:
        completion += tokens.unlisted_reasoning(
            usage, prompt or 0, completion, lambda: has_thoughts_in_total(target)
        )
        tokens.completion(completion, details(usage, "completion_tokens_details"))
    if audio := seconds(usage.get("prompt_audio_seconds")):
        tokens.amounts.append(Amount(Kind.AUDIO_IN, Unit.SECOND, audio))
    return Usage(tuple(tokens.amounts), reported_cost(usage, target), tokens.doubtful, service_tier)


def has_thoughts_in_total(target: Target) -> bool:
    """Whether only the total of an answer has the tokens of its reasoning."""
    return bool(target.options.get("thoughts_in_total", is_google(target)))


def is_google(target: Target) -> bool:
    """Whether the server is Gemini's, at Google AI Studio or Vertex AI."""
    return (urlsplit(target.base_url).hostname or "").endswith(GOOGLE_HOST)


def final_usage(report: UsageReport, target: Target) -> Usage:
    """The usage of an answer that is complete."""
    return usage_of(report.usage, target, report.service_tier)


def usage_at_failure(report: UsageReport, target: Target) -> Usage | None:
    """The usage of an answer that failed; None where none was reported.

    Exact where the error came with it; what was reported before is less than the answer came to.
    """
    if report.usage is None:
        return None
    usage = final_usage(report, target)
    return usage if report.complete else replace(usage, estimated=True)


def details(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = usage.get(name)
    return found if isinstance(found, dict) else {}


class TokenReader:
    """Collects the amounts; `doubtful` once a count was implausible or contradicted another."""

    def __init__(self) -> None:
        self.amounts: list[Amount] = []
        self.doubtful = False

    def count(self, value: Any) -> int | None:
        found = count(value)
        self.doubtful = self.doubtful or found is None
        return found

    def prompt(self, total: int, reported: Mapping[str, Any]) -> None:
        """Text is the rest after the other kinds; cached tokens are part of the text, then of the audio."""
        if not reported:
            self._add(Kind.TEXT_IN, total)
            return
        parts = self._parts(total, reported, PROMPT_DETAILS)
        text = total - sum(parts.values())
        cached = self._part(reported, "cached_tokens", total)
        cached_audio = min(max(cached - text, 0), parts[Kind.AUDIO_IN])
        self._add(Kind.TEXT_IN, text)
        self._add_nonzero({Kind.CACHED_IN: min(cached, text), Kind.CACHED_AUDIO_IN: cached_audio, **parts})

    def completion(self, total: int, reported: Mapping[str, Any]) -> None:
        if not reported:
            self._add(Kind.TEXT_OUT, total)
            return
        parts = self._parts(total, reported, COMPLETION_DETAILS)
        text = total - sum(parts.values())
        reasoning = min(self._part(reported, "reasoning_tokens", total), text)
        self._add(Kind.TEXT_OUT, text)
        self._add_nonzero({Kind.REASONING_OUT: reasoning, **parts})

    def unlisted_reasoning(
        self, usage: Mapping[str, Any], prompt: int, completion: int, in_total: Callable[[], bool]
    ) -> int:
        """Reasoning tokens that only `total_tokens` includes; they are charged like other completion tokens.

        xAI also reports their number. Gemini does not: there the address or the endpoint's option
        `thoughts_in_total` (`in_total`) says so. Any other total that is no sum is doubtful, except for
        Mistral's, which counts audio in seconds.
        """
        total = usage.get("total_tokens")
        if total is None or "prompt_audio_seconds" in usage:
            return 0
        more = (self.count(total) or 0) - prompt - completion
        reasoning = count(details(usage, "completion_tokens_details").get("reasoning_tokens"))
        if more > 0 and (more == reasoning or in_total()):
            return more
        self.doubtful = self.doubtful or more != 0
        return 0

    def _parts(self, total: int, reported: Mapping[str, Any], names: Mapping[str, Kind]) -> dict[Kind, int]:
        found = {}
        for name, kind in names.items():
            found[kind] = self._part(reported, name, total)
            total -= found[kind]
        return found

    def _part(self, reported: Mapping[str, Any], name: str, limit: int) -> int:
        """A count of at most `limit`; a missing one is zero."""
        value = reported.get(name)
        if value is None:
            return 0
        found = self.count(value) or 0
        self.doubtful = self.doubtful or found > limit
        return min(found, limit)

    def _add_nonzero(self, found: Mapping[Kind, int]) -> None:
        for kind, quantity in found.items():
            if quantity:
                self._add(kind, quantity)

    def _add(self, kind: Kind, quantity: int) -> None:
        self.amounts.append(Amount(kind, Unit.TOKEN, Decimal(quantity)))
