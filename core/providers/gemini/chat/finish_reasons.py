"""Why an answer ended, in OpenAI's words.

https://ai.google.dev/api/generate-content#FinishReason
"""

from __future__ import annotations

from typing import Any

ERROR, STOP = "error", "stop"
LENGTH = ("MAX_TOKENS",)
FILTERED = (
    *("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"),
    *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE"),
)
FAILED = (
    *("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE"),
    *("MALFORMED_RESPONSE", "OTHER"),
)
REASONS = {
    "STOP": STOP,
    **dict.fromkeys(LENGTH, "length"),
    **dict.fromkeys(FILTERED, "content_filter"),
    **dict.fromkeys(FAILED, ERROR),
}
UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"


def finish_reason(word: Any, *, called: bool) -> str | None:
    """One of OpenAI's reasons, or `error`; None where the answer goes on. An unknown word is a `stop`.

    Google ends an answer with calls as any other one.
    """
    if not isinstance(word, str) or word in ("", UNSPECIFIED):
        return None
    found = REASONS.get(word, STOP)
    return "tool_calls" if called and found == STOP else found
