"""How long a model thinks before it answers, from OpenAI's efforts and OpenRouter's budgets.

https://ai.google.dev/gemini-api/docs/thinking

An endpoint's options say what its model takes: `thinking_budget`, the least and the most tokens, or
`thinking_levels`, names from the least on. Thoughts count within `maxOutputTokens`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.contract.route import Target
from core.providers.shared.chat_parameters import THINKING, values, whole

EFFORTS = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 24_576, "max": 24_576}
"""Tokens by effort. https://ai.google.dev/gemini-api/docs/openai#thinking"""
LEVELS = ("minimal", "low", "medium", "high", "xhigh")
OFF = "none"


def thinking_config(parameters: Mapping[str, Any], target: Target, cap: int | None) -> dict[str, Any]:
    """`thinkingConfig`; empty where nothing was asked of a model that is not known to think."""
    levels, budgets = target.options.get("thinking_levels"), target.options.get("thinking_budget")
    effort, budget = asked_effort(parameters), asked_budget(parameters)
    if effort == OFF or budget == 0:
        return least(levels, budgets)
    config: dict[str, Any] = {}
    if budget is not None:
        config["thinkingBudget"] = within(budget, budgets, cap)
    elif effort and levels:
        config["thinkingLevel"] = nearest(effort, levels)
    elif effort:
        config["thinkingBudget"] = within(EFFORTS.get(effort, EFFORTS["medium"]), budgets, cap)
    if config or levels or budgets:
        config["includeThoughts"] = not is_excluded(parameters)
    return config


def least(levels: Sequence[str] | None, budgets: Sequence[int] | None) -> dict[str, Any]:
    """As little thinking as the model can do; nothing for one that does not think."""
    if levels:
        return {"thinkingLevel": levels[0]}
    return {"thinkingBudget": budgets[0]} if budgets else {}


def asked_effort(parameters: Mapping[str, Any]) -> str:
    """The effort; `none` where thinking is switched off."""
    reasoning, thinking = parameters.get("reasoning"), parameters.get("thinking")
    reasoning = reasoning if isinstance(reasoning, Mapping) else {}
    if reasoning.get("enabled") is False or (
        isinstance(thinking, Mapping) and thinking.get("type") == "disabled"
    ):
        return OFF
    found = reasoning.get("effort") or parameters.get("reasoning_effort")
    found = found or ("medium" if reasoning.get("enabled") else "")
    return found.lower() if isinstance(found, str) else ""


def asked_budget(parameters: Mapping[str, Any]) -> int | None:
    """Tokens that are asked for by number; 0 is none, None is not asked."""
    found = values(parameters, THINKING)
    return max((whole(value) or 0 for value in found), default=None)


def is_excluded(parameters: Mapping[str, Any]) -> bool:
    reasoning = parameters.get("reasoning")
    return isinstance(reasoning, Mapping) and reasoning.get("exclude") is True


def within(budget: int, budgets: Sequence[int] | None, cap: int | None) -> int:
    """The budget as far as the model takes it and the limit on the answer has room for it."""
    lowest, highest = budgets or (0, budget)
    return max(min(budget, highest, cap or budget), lowest)


def nearest(effort: str, levels: Sequence[str]) -> str:
    """The level of an effort, else the next lower one that the model has, else its first."""
    rank = LEVELS.index(effort) if effort in LEVELS else LEVELS.index("high")
    lower = [level for level in levels if level in LEVELS and LEVELS.index(level) <= rank]
    return lower[-1] if lower else levels[0]
