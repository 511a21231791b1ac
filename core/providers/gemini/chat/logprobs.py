"""Log probabilities in OpenAI's shape.

https://ai.google.dev/api/generate-content#LogprobsResult
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.providers.gemini.errors import objects
from core.providers.shared.json_text import string


def logprobs_of(candidate: Mapping[str, Any]) -> dict[str, Any] | None:
    """The tokens of a candidate with their alternatives; None where it tells none."""
    result = candidate.get("logprobsResult")
    if not isinstance(result, dict):
        return None
    chosen, others = list(objects(result.get("chosenCandidates"))), list(objects(result.get("topCandidates")))
    content = [
        {**token(one), "top_logprobs": [token(other) for other in alternatives(others, at)]}
        for at, one in enumerate(chosen)
    ]
    return {"content": content} if content else None


def alternatives(others: list[Mapping[str, Any]], at: int) -> list[Mapping[str, Any]]:
    return list(objects(others[at].get("candidates"))) if at < len(others) else []


def token(value: Mapping[str, Any]) -> dict[str, Any]:
    text = string(value.get("token"))
    return {"token": text, "logprob": value.get("logProbability"), "bytes": [*text.encode()]}
