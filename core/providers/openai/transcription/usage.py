"""Usage of a transcript: tokens or seconds as the provider reports them, else the duration of the file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.openai.router import reported_cost
from core.providers.openai.usage_report import in_openai_names
from core.providers.shared.answers.transcript_length import charged
from core.providers.shared.quantities import count, seconds


def usage_of(reported: Any, target: Target, measured: float | None, duration: Any = None) -> Usage:
    """The usage of `reported`, the answer's `usage`; an estimate where that is implausible.

    `measured` are the seconds of the file, `duration` those that the answer has beside its usage.
    """
    usage = in_openai_names(reported)
    amounts, doubtful = _tokens(usage)
    # the provider's own count comes first, because it is what it bills; Mistral's is `prompt_audio_seconds`
    candidates = (usage.get("seconds"), usage.get("prompt_audio_seconds"), measured, duration)
    audio = next((found for found in map(seconds, candidates) if found is not None), None)
    if audio is not None:
        amounts.insert(0, Amount(Kind.AUDIO_IN, Unit.SECOND, charged(audio, target)))
    return Usage(tuple(amounts), reported_cost(usage, target), doubtful)


def _tokens(usage: Mapping[str, Any]) -> tuple[list[Amount], bool]:
    """(amounts, whether a reported count is implausible)."""
    if usage["prompt_tokens"] is None:
        return [], False
    prompt, completion = count(usage["prompt_tokens"]), count(usage["completion_tokens"])
    if prompt is None or completion is None:
        return [], True
    text = _text_tokens(usage["prompt_tokens_details"], prompt)
    return [
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(text)),
        Amount(Kind.AUDIO_IN, Unit.TOKEN, Decimal(prompt - text)),
        Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(completion)),
    ], False


def _text_tokens(details: Mapping[str, Any], prompt: int) -> int:
    """Those of the prompt that are no audio; all of them are where nothing is told apart."""
    text, audio = count(details.get("text_tokens")), count(details.get("audio_tokens"))
    if text is None:
        text = max(prompt - audio, 0) if audio else 0
    return min(text, prompt)
