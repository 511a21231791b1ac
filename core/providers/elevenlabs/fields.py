"""What the caller and the endpoint ask of ElevenLabs beside our own fields, and where each of it goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from core.contract.requests import Request
from core.contract.route import Target

QUERY = ("enable_logging", "optimize_streaming_latency")
"""Options that travel in the address.

https://elevenlabs.io/docs/api-reference/text-to-speech/stream
"""


def options_of(target: Target, request: Request, own: Collection[str] = ()) -> dict[str, Any]:
    """The options of the endpoint, over them those of the caller, without the names that are ours."""
    options = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    return {name: value for name, value in options.items() if name not in own and value is not None}


def is_private(request: Request) -> bool:
    """Whether the caller wants nothing to be kept: zero retention, which only some accounts have."""
    preferences = request.preferences
    return bool(preferences.get("zdr")) or preferences.get("data_collection") == "deny"


def query_of(options: Mapping[str, Any], **fields: Any) -> str:
    """The query of an address, with its question mark, empty without any field."""
    found = {name: options[name] for name in QUERY if name in options}
    found |= {name: value for name, value in fields.items() if value is not None}
    text = {name: str(value).lower() if isinstance(value, bool) else value for name, value in found.items()}
    return f"?{urlencode(text)}" if text else ""


def answer_id(headers: Mapping[str, str]) -> str:
    """The id by which the vendor knows an answer, empty without one.

    https://elevenlabs.io/docs/api-reference/introduction#tracking-generation-costs
    """
    return headers.get("request-id", "").strip()
