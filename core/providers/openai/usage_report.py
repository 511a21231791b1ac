"""The usage that an answer reports: where servers write it, and how they spell it.

- OpenAI: `usage` of the answer, or of one event of a stream;
- Groq: `x_groq.usage` of the last event, https://console.groq.com/docs/api-reference#chat-create
- Moonshot: `choices[0].usage` of the last event, https://platform.moonshot.ai/docs/api/chat
- Gemini, Perplexity, vLLM on demand: `usage` of every event, counted from the start of the answer.

In OpenAI's names the prompt contains what was cached and its media, the completion contains the reasoning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.providers.shared.quantities import count

PROMPT = ("prompt_tokens", "input_tokens")
COMPLETION = ("completion_tokens", "output_tokens")
PROMPT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
COMPLETION_DETAILS = ("completion_tokens_details", "output_tokens_details", "output_token_details")
COUNTS = frozenset((*PROMPT, *COMPLETION))
OPENAI_NAMES = frozenset(
    ("prompt_tokens", "completion_tokens", "total_tokens", PROMPT_DETAILS[0], COMPLETION_DETAILS[0])
)
"""A report with these fields only and a total that is the sum has nothing beside prompt and completion."""
CACHED = ("prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens")
"""DeepSeek's name, Anthropic's, and that of Moonshot and Together, each beside the prompt's own count.

https://api-docs.deepseek.com/guides/kv_cache
https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
"""
WRITTEN = ("cache_creation_input_tokens", "cache_write_tokens")
"""Tokens that were stored in the cache: Anthropic's name and OpenRouter's."""
MEDIA = ("audio_tokens", "image_tokens", "video_tokens", "file_tokens")


class UsageReport:
    """Collects what the objects of one answer report; `usage` is None until one did.

    `complete` says whether the object that was read last reported it, so that nothing is missing from it.
    `service_tier` is the last one that was told: of the answer (OpenAI, Groq) or in its usage (Anthropic).
    """

    __slots__ = ("_of_choice", "_of_whole", "complete", "service_tier")

    def __init__(self) -> None:
        self.complete = False
        self.service_tier = ""
        self._of_whole: dict[str, Any] | None = None
        self._of_choice: dict[str, Any] | None = None

    @property
    def usage(self) -> dict[str, Any] | None:
        """What was reported of the whole answer; that of a choice where nothing else was."""
        return self._of_whole or self._of_choice

    def read(self, value: Any) -> None:
        """Take the usage of one object, wherever it is; the object may be anything."""
        self.complete = False
        if not isinstance(value, dict):
            return
        for told in (value.get("usage"), value):
            if isinstance(told, dict) and isinstance(tier := told.get("service_tier"), str):
                self.service_tier = tier
        for holder in (value.get("x_groq"), value):
            if found := usage_in(holder):
                self._of_whole, self.complete = later(self._of_whole, found), True
        choices = value.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if found := usage_in(choice):
                self._of_choice, self.complete = later(self._of_choice, found), True


def usage_in(value: Any) -> dict[str, Any] | None:
    """The usage object of `value`; None where it has none or an empty one."""
    found = value.get("usage") if isinstance(value, dict) else None
    return found if isinstance(found, dict) and found else None


def later(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any]:
    """The newer report, completed: some servers tell the prompt first and the completion last, with zero or
    nothing for the other, and then their total is not that of both."""
    kept = {name: value for name, value in (before or {}).items() if value and not now.get(name)}
    found = {**now, **kept}
    if not COUNTS.isdisjoint(kept):
        found.pop("total_tokens", None)
    return found


def in_openai_names(reported: Any) -> dict[str, Any]:
    """The report in OpenAI's names, with everything inside the prompt or the completion.

    Values are not checked, other fields are kept; a total that does not fit then is left out.
    """
    usage = dict(reported) if isinstance(reported, dict) else {}
    asked, made = first_object(usage, PROMPT_DETAILS), first_object(usage, COMPLETION_DETAILS)
    beside = thoughts = 0
    if usage.keys() - OPENAI_NAMES or more_in_total(usage):
        asked = with_part(asked, "cached_tokens", first(usage, CACHED))
        made = with_part(made, "reasoning_tokens", usage.get("reasoning_tokens"))
        beside, thoughts = beside_prompt(usage, asked, made), beside_completion(usage)
        if thoughts or (beside and more_in_total(usage) == 0):
            usage.pop("total_tokens", None)
    return {
        **usage,
        "prompt_tokens": with_more(first(usage, PROMPT), beside),
        "completion_tokens": with_more(first(usage, COMPLETION), thoughts),
        "prompt_tokens_details": asked,
        "completion_tokens_details": made,
    }


def beside_prompt(usage: Mapping[str, Any], asked: Mapping[str, Any], made: Mapping[str, Any]) -> int:
    """Tokens that the prompt's count does not contain: of the cache (Anthropic), of media (Mistral).

    The total tells. Without one, or against one, what is more than the prompt cannot be in it.
    """
    cache = tokens(asked.get("cached_tokens")) + tokens(first(usage, WRITTEN))
    more = more_in_total(usage)
    if more:
        thoughts, media = tokens(made.get("reasoning_tokens")), sum(tokens(asked.get(name)) for name in MEDIA)
        fitting = (cache, media, cache + media) if more != thoughts else ()
        return next((found for found in fitting if found and more in (found, found + thoughts)), 0)
    own_name = first(usage, (*CACHED, *WRITTEN)) is not None
    anthropic = more is None and "input_tokens" in usage and "cache_read_input_tokens" in usage
    return cache if own_name and (anthropic or cache > tokens(first(usage, PROMPT))) else 0


def beside_completion(usage: Mapping[str, Any]) -> int:
    """Reasoning tokens that Perplexity's deep research reports beside both counts and their total."""
    thoughts = tokens(usage.get("reasoning_tokens"))
    return thoughts if thoughts > tokens(first(usage, COMPLETION)) else 0


def more_in_total(usage: Mapping[str, Any]) -> int | None:
    """What the total has more than prompt and completion; None where it is not told."""
    total = count(usage.get("total_tokens"))
    if total is None:
        return None
    return total - tokens(first(usage, PROMPT)) - tokens(first(usage, COMPLETION))


def with_part(details: Mapping[str, Any], name: str, value: Any) -> Mapping[str, Any]:
    """The details, with a value from elsewhere where they have none."""
    return {**details, name: value} if value and not details.get(name) else details


def with_more(value: Any, more: int) -> Any:
    """A count and `more`; what is no count stays as it is."""
    return value if count(value) is None else value + more


def tokens(value: Any) -> int:
    return count(value) or 0


def first(usage: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The first value that is told."""
    for name in names:
        if (value := usage.get(name)) is not None:
            return value
    return None


def first_object(usage: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    for name in names:
        if isinstance(details := usage.get(name), dict):
            return details
    return {}
