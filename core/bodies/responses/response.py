"""Builds the `response` object: the fields of the request it repeats, its output, usage and error.

https://platform.openai.com/docs/api-reference/responses/object
https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.bodies.chat.usage import TOOL_TOKENS, ChatUsageDict
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
CODES = {**dict.fromkeys(range(400, 500), "invalid_prompt"), 429: "rate_limit_exceeded"}
"""OpenAI's error codes of a response by HTTP status; any other status is `server_error`."""


class ResponseBuilder:
    """`note` takes the events of the chat; `render`, `complete` and `fail` give the object.

    Its shape is the API's schema `Response`. `created` is a Unix time in seconds.
    """

    def __init__(self, generation: str, created: int, model: str, body: ResponsesBody) -> None:
        suffix = generation.removeprefix("gen-")
        self.output = OutputBuilder(suffix)
        self._about = {
            "id": f"resp_{suffix}",
            "object": "response",
            "created_at": created,
            "model": model,
            **echoed_fields(body),
            "provider": None,
            "service_tier": body.extra.get("service_tier"),
        }

    def note(self, event: Event) -> list[OutputEvent]:
        """The events of the response that follow from it."""
        if type(event) is Started:
            self._about["provider"] = event.provider
        elif type(event) is AnswerMetadata:
            self._about["service_tier"] = event.extra.get("service_tier") or self._about["service_tier"]
        return self.output.note(event)

    def answered_by(self, model: str) -> None:
        """Name the model that answers, which may be another one than was asked first."""
        self._about["model"] = model

    def render(self, status: str = "in_progress", **more: Any) -> dict[str, Any]:
        """The object so far; `more` are the fields it ends with: usage, an error, when it was completed."""
        return {
            **self._about,
            "status": status,
            "completed_at": None,
            "error": None,
            "incomplete_details": None,
            "output": self.output.render(),
            **more,
        }

    def complete(self, usage: ChatUsageDict, at: int) -> dict[str, Any]:
        """The finished object, `incomplete` where the model was cut off.

        `at` is a Unix time in seconds.
        """
        reason = REASONS.get(self.output.finish or "")
        why = {"incomplete_details": {"reason": reason}} if reason else {"completed_at": at}
        return self.render(self.output.status, **usage_field(usage), **why)

    def fail(self, error: Mapping[str, Any], usage: ChatUsageDict | None) -> dict[str, Any]:
        """The failed object with the output so far.

        `error` is `PolyphonyError.envelope()`; OpenRouter's `error_type` stands beside OpenAI's
        error.
        """
        self.output.interrupt()
        return self.render(
            "failed",
            error={"code": CODES.get(error["code"], "server_error"), "message": error["message"]},
            error_type=error["metadata"]["error_type"],
            **usage_field(usage),
        )


def echoed_fields(body: ResponsesBody) -> dict[str, Any]:
    """The fields of the request that a response repeats; those of unsupported features have fixed values."""
    given = {**body.extra, **body.model_dump(include=set(ECHOED))}
    text = body.text.model_dump(exclude_none=True) if body.text else {}
    reasoning = body.reasoning.model_dump() if body.reasoning else {"effort": None, "summary": None}
    return {
        **{name: given.get(name) for name in ECHOED},
        **({"user": given["user"]} if isinstance(given.get("user"), str) else {}),
        "background": False,
        "metadata": body.metadata or {},
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "previous_response_id": body.previous_response_id,
        "reasoning": reasoning,
        "store": False,  # until it has been stored
        "text": {"format": {"type": "text"}, **text},
        "tool_choice": body.tool_choice or "auto",
        "tools": [full_tool(tool) for tool in body.tools or ()],
        "top_logprobs": body.top_logprobs or 0,
        "truncation": "disabled",
    }


def full_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """OpenAI's client requires `parameters` and `strict` of a function: null where the request has none."""
    return {"parameters": None, "strict": None, **tool} if tool.get("type") == "function" else dict(tool)


def usage_field(usage: ChatUsageDict | None) -> dict[str, Any]:
    """`usage` in the shape of a response; no field where there is none."""
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
    return {"usage": found, **tool_usage_field(usage.get("image_tool"))}


def tool_usage_field(tokens: Mapping[str, int] | None) -> dict[str, Any]:
    """`tool_usage`, tokens of the image model that drew; no field where none did."""
    if not tokens:
        return {}
    text_in, image_in, text_out, image_out = (tokens.get(kind, 0) for kind in TOOL_TOKENS)
    drawn = {
        "input_tokens": text_in + image_in,
        "input_tokens_details": {"text_tokens": text_in, "image_tokens": image_in},
        "output_tokens": text_out + image_out,
        "output_tokens_details": {"text_tokens": text_out, "image_tokens": image_out},
        "total_tokens": text_in + image_in + text_out + image_out,
    }
    return {"tool_usage": {"image_gen": drawn}}
