"""Azure's errors: OpenAI's, with the categories for which a content filter refused a prompt.

https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.providers.openai.errors import details_of
from core.providers.shared.errors import ErrorDetails
from core.providers.shared.json_body import decode

RESULTS = ("content_filter_result", "content_filter_results")
LONGEST_NAME = 60
MOST_NAMES = 20


def read_error(body: bytes) -> ErrorDetails:
    """The details of an error page; `filtered` in its metadata are the categories that a filter found."""
    try:
        value = decode(body)
    except UpstreamInvalid:
        return ErrorDetails()
    details = details_of(value)
    if names := filtered(value):
        return replace(
            details,
            message=f"{details.message} Found: {', '.join(names)}.".strip(),
            metadata={**details.metadata, "filtered": ", ".join(names)},
        )
    return details


def filtered(value: Any) -> list[str]:
    """Names of the categories for which a filter refused, such as `hate` or `jailbreak`."""
    error = value.get("error") if isinstance(value, dict) else None
    inner = error.get("innererror") if isinstance(error, dict) else None
    if not isinstance(inner, dict):
        return []
    results = next((found for name in RESULTS if isinstance(found := inner.get(name), dict)), {})
    names = [name for name, found in results.items() if isinstance(found, dict) and found.get("filtered")]
    return [name[:LONGEST_NAME] for name in names[:MOST_NAMES]]
