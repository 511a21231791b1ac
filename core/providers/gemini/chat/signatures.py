"""Signatures of thoughts: Gemini needs them back with the next request, at the same parts.

https://ai.google.dev/gemini-api/docs/thought-signatures

In our answers they are `reasoning_details` as OpenRouter has them: encrypted data, with the id of the call
that they belong to, or without for text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.contract.route import Target
from core.providers.gemini.errors import objects
from core.providers.shared.json_text import string

FORMAT = "google-gemini-v1"
ENCRYPTED = "reasoning.encrypted"
UNKNOWN = "skip_thought_signature_validator"
"""What Google takes for a call whose signature is not known: many clients do not send any back."""


class Signatures:
    """Those of one earlier answer, by the ids of its calls."""

    def __init__(self, details: Any, target: Target) -> None:
        self._of_call: dict[str, str] = {}
        self._of_text = ""
        self._needed = bool(target.options.get("thinking_levels"))
        for id, data in signatures_in(details if isinstance(details, list | tuple) else ()):
            if id:
                self._of_call[id] = data
            else:
                self._of_text = data

    def of_text(self) -> dict[str, str]:
        return {"thoughtSignature": self._of_text} if self._of_text else {}

    def of_call(self, id: str, *, first: bool) -> dict[str, str]:
        """That of a call; models with levels of thinking refuse the first one of an answer without any."""
        found = self._of_call.get(id) or (UNKNOWN if first and self._needed else "")
        return {"thoughtSignature": found} if found else {}


def signatures_in(details: Any) -> Iterator[tuple[str, str]]:
    """(id of the call, signature) of what Google signed."""
    for row in objects(list(details)):
        data = string(row.get("data"))
        if row.get("type") == ENCRYPTED and row.get("format") == FORMAT and data:
            yield string(row.get("id")), data


def detail(signature: str, index: int, id: str = "") -> dict[str, Any]:
    """A signature as one of the `reasoning_details` of an answer."""
    named = {"id": id} if id else {}
    return {"type": ENCRYPTED, "data": signature, "format": FORMAT, "index": index, **named}
