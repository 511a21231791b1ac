"""What a transcript comes to: tokens or seconds as the provider counts them, else as the file plays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.translation import TranscriptRequest
from core.contract.usage import Amount, Kind, Unit, Usage

MOST_TOKENS = 1_000_000_000
MOST = 10_000_000
MOST_USD = 100_000


def usage_of(reported: Any, target: Target, request: TranscriptRequest, duration: Any = None) -> Usage:
    """`reported` is the answer's `usage`, `duration` its own. Nonsense is dropped and marks an estimate."""
    told = reported if isinstance(reported, dict) else {}
    tokens, doubtful = _tokens(told)
    seconds = _seconds(told, duration, request)
    if seconds is not None:
        tokens.insert(0, Amount(Kind.AUDIO_IN, Unit.SECOND, seconds))
    return Usage(tuple(tokens), charged(told, target), doubtful)


def _tokens(told: Mapping[str, Any]) -> tuple[list[Amount], bool]:
    """(amounts, whether something was told that cannot be)."""
    if "input_tokens" not in told:
        return [], False
    heard, made = count(told["input_tokens"]), count(told.get("output_tokens"))
    if heard is None or made is None:
        return [], True
    details = told.get("input_token_details")
    text = (count(details.get("text_tokens")) or 0) if isinstance(details, dict) else 0
    text = min(text, heard)
    return [
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(text)),
        Amount(Kind.AUDIO_IN, Unit.TOKEN, Decimal(heard - text)),
        Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(made)),
    ], False


def _seconds(told: Mapping[str, Any], duration: Any, request: TranscriptRequest) -> Decimal | None:
    """The provider's count is what it bills; Mistral calls it `prompt_audio_seconds`."""
    candidates = (told.get("seconds"), told.get("prompt_audio_seconds"), request.file.seconds, duration)
    found = next((seconds for seconds in map(plausible, candidates) if seconds is not None), None)
    return None if found is None else round(Decimal(str(found)), 3)


def charged(told: Mapping[str, Any], target: Target) -> Decimal | None:
    """A router's own figure is its bill; anybody else's is not known to be.

    Where the router used a key of ours, `is_byok`, the provider behind it charges that key besides.
    """
    if not target.options.get("router", target.provider == "openrouter"):
        return None
    cost = dollars(told.get("cost"))
    details = told.get("cost_details")
    if cost is not None and told.get("is_byok") is True and isinstance(details, dict):
        cost += dollars(details.get("upstream_inference_cost")) or 0
    return cost


def dollars(value: Any) -> Decimal | None:
    amount = plausible(value)
    return Decimal(str(value)) if amount is not None and amount <= MOST_USD else None


def plausible(value: Any) -> float | None:
    """A quantity, or None where a value cannot be one."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= MOST else None


def count(value: Any) -> int | None:
    """A plausible count, or None: neither negative, nor absurd, nor a float, nor true."""
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None
