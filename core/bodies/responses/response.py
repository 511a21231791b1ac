"""The `response` object: what was asked, told back, and what came of it.

https://platform.openai.com/docs/api-reference/responses/object
https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.items import OutputEvent
from core.bodies.responses.output import REASONS, OutputBuilder
from core.contract.events import AnswerMetadata, Event, Started

ECHOED = (
    "frequency_penalty",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "presence_penalty",
    "prompt_cache_key",
    "safety_identifier",
    "temperature",
    "top_p",
)
CODES = {429: "rate_limit_exceeded", 400: "invalid_prompt"}
"""The few words OpenAI has for what went wrong with a response; any other is `server_error`."""


class ResponseBuilder:
    """One response at any moment: `note` the events as they come; `told` is the object so far."""

    def __init__(self, generation: str, created: int, model: str, asked: ResponsesBody) -> None:
        suffix = generation.removeprefix("gen-")
        self.output = OutputBuilder(suffix)
        self._about = {
            "id": f"resp_{suffix}",
            "object": "response",
            "created_at": created,
            "model": model,
            **told_back(asked),
            "provider": None,
            "service_tier": asked.extra.get("service_tier"),
        }

    def note(self, event: Event) -> list[OutputEvent]:
        """What is to be told of it."""
        if type(event) is Started:
            self._about["provider"] = event.provider
        elif type(event) is AnswerMetadata:
            self._about["service_tier"] = event.extra.get("service_tier") or self._about["service_tier"]
        return self.output.note(event)

    def told(self, status: str = "in_progress", **more: Any) -> dict[str, Any]:
        """The object; `more` is what it ends with: usage, an error, when it was completed."""
        return {
            **self._about,
            "status": status,
            "completed_at": None,
            "error": None,
            "incomplete_details": None,
            "output": self.output.told(),
            **more,
        }

    def ended(self, usage: Mapping[str, Any], at: int) -> dict[str, Any]:
        """The whole, `usage` being that of a `chat.completion`; incomplete where it was cut short."""
        reason = REASONS.get(self.output.finish or "")
        why = {"incomplete_details": {"reason": reason}} if reason else {"completed_at": at}
        return self.told(self.output.status, **used(usage), **why)

    def failed(self, error: Mapping[str, Any], usage: Mapping[str, Any] | None) -> dict[str, Any]:
        """What there is of it, an error of the contract, and OpenRouter's precise word beside that."""
        self.output.cut()
        return self.told(
            "failed",
            error={"code": CODES.get(error["code"], "server_error"), "message": error["message"]},
            error_type=error["metadata"]["error_type"],
            **used(usage),
        )


def told_back(asked: ResponsesBody) -> dict[str, Any]:
    """What a response repeats of its request; of what cannot be had here, that it was not."""
    given = {**asked.extra, **asked.model_dump(include=set(ECHOED))}
    text = asked.text.model_dump(exclude_none=True) if asked.text else {}
    reasoning = asked.reasoning.model_dump() if asked.reasoning else {"effort": None, "summary": None}
    return {
        **{name: given.get(name) for name in ECHOED},
        **({"user": given["user"]} if isinstance(given.get("user"), str) else {}),
        "background": False,
        "metadata": asked.metadata or {},
        "parallel_tool_calls": asked.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": reasoning,
        "store": False,
        "text": {"format": {"type": "text"}, **text},
        "tool_choice": asked.tool_choice or "auto",
        "tools": [whole(tool) for tool in asked.tools or ()],
        "top_logprobs": asked.top_logprobs or 0,
        "truncation": "disabled",
    }


def whole(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A function says all that clients look for, even where nobody did."""
    return {"parameters": None, "strict": None, **tool} if tool.get("type") == "function" else dict(tool)


def used(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """`usage` of a `chat.completion` in the words of a response; nothing where there is none."""
    if not usage:
        return {}
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    found = {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": usage["completion_tokens_details"]["reasoning_tokens"]},
        "total_tokens": usage["total_tokens"],
        "cost": usage["cost"],
        "is_byok": usage["is_byok"],
    }
    if details := usage["cost_details"]:
        found["cost_details"] = {
            "upstream_inference_cost": details["upstream_inference_cost"],
            "upstream_inference_input_cost": details["upstream_inference_prompt_cost"],
            "upstream_inference_output_cost": details["upstream_inference_completions_cost"],
        }
    return {"usage": found}
