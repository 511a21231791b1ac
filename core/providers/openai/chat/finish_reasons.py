"""Why an answer ended, in OpenAI's words, from those that providers use.

Anthropic, https://docs.anthropic.com/en/api/messages; Gemini,
https://ai.google.dev/api/generate-content#FinishReason; Cohere, https://docs.cohere.com/reference/chat; TGI,
https://huggingface.co/docs/text-generation-inference; Mistral, https://docs.mistral.ai/api; DeepSeek,
https://api-docs.deepseek.com/api/create-chat-completion; Zhipu, DashScope, vLLM, Ollama, xAI.
"""

from __future__ import annotations

import re
from typing import Any

ERROR = "error"
NONE = frozenset({"", "null", "none"})
"""What DashScope and others write while an answer goes on."""

PREFIXES = ("finish_reason_", "reason_")
WORDS = {
    "stop": "stop eos eos_token end end_turn stop_sequence complete completed finished",
    "length": "length max_tokens max_new_tokens max_length max_len max_output_tokens model_length limit "
    "token_limit model_context_window_exceeded context_window_exceeded context_length_exceeded incomplete",
    "tool_calls": "tool_calls tool_call tool_use",
    "function_call": "function_call",
    "content_filter": "content_filter content_filtered safety recitation language blocklist "
    "prohibited_content spii image_safety image_prohibited_content refusal sensitive guardrail_intervened "
    "error_toxic",
    ERROR: "error error_limit abort aborted cancelled user_cancel timeout network_error "
    "insufficient_system_resource malformed_function_call malformed_tool_use unexpected_tool_call",
}


def plain(word: str) -> str:
    """`toolCalls`, `tool-calls` and `TOOL_CALLS` are one word."""
    return re.sub(r"[^a-z]", "", word.lower())


BY_WORD = {plain(word): reason for reason, words in WORDS.items() for word in words.split()}


def finish_reason(word: Any) -> str | None:
    """One of OpenAI's reasons, or `error`; None where the answer goes on. An unknown word is a `stop`."""
    if not isinstance(word, str):
        return None
    name = word.strip().lower()
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    if name in NONE:
        return None
    return BY_WORD.get(name) or BY_WORD.get(plain(name), "stop")


class FinishReader:
    """The reasons of all choices of one answer: a later `stop` does not undo another one."""

    __slots__ = ("_finished", "_seen")

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._finished: dict[int, str] = {}

    @property
    def whole(self) -> bool:
        """Whether every choice that came has ended."""
        return bool(self._finished) and self._seen <= self._finished.keys()

    def read(self, word: Any, choice: int) -> str | None:
        """The reason that a choice ends with now; None where it goes on, or a `stop` follows another end."""
        self._seen.add(choice)
        reason = finish_reason(word)
        if reason is None or (reason == "stop" and choice in self._finished):
            return None
        self._finished[choice] = reason
        return reason
