"""The parameters of a chat in Mistral's names, without those that it would refuse.

https://docs.mistral.ai/api/endpoint/chat#operation-chat_completion_v1_chat_completions_post
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.chat import ChatRequest
from core.contract.route import Target
from core.providers.shared.chat_parameters import CAPS, option_layers, parameters_at

KNOWN = frozenset((
    *("temperature", "top_p", "top_k", "max_tokens", "min_tokens", "stop", "random_seed", "n", "metadata"),
    *("response_format", "tools", "tool_choice", "parallel_tool_calls", "prediction", "logprobs"),
    *("top_logprobs", "presence_penalty", "frequency_penalty", "repetition_penalty", "reasoning_effort"),
    *("prompt_mode", "prompt_cache_key", "guardrails", "safe_prompt"),
))  # fmt: skip
"""Fields of the body beside our own."""
RENAMED = {**dict.fromkeys(CAPS, "max_tokens"), "seed": "random_seed"}
FUNCTION = ("name", "description", "strict", "parameters")


def parameters_of(request: ChatRequest, target: Target) -> dict[str, Any]:
    """The caller's parameters that Mistral knows; options of the endpoint and for Mistral as they are."""
    options = {name for layer in option_layers(request, target) for name in layer}
    found: dict[str, Any] = {}
    for name, value in parameters_at(request, target).items():
        name = RENAMED.get(name, name)
        if value is not None and (name in KNOWN or name in options):
            found[name] = value
    effort = effort_of(request.parameters)
    if effort and "reasoning_effort" not in found:
        found["reasoning_effort"] = effort
    if "tools" in found and isinstance(found["tools"], list | tuple):
        found["tools"] = [tool_of(tool) for tool in found["tools"]]
    return found


def effort_of(parameters: Mapping[str, Any]) -> str | None:
    """The effort of OpenRouter's `reasoning`."""
    reasoning = parameters.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, Mapping) else None
    return effort if isinstance(effort, str) else None


def tool_of(tool: Any) -> Any:
    """A function with what Mistral knows of it, `parameters` among that; other tools are Mistral's own."""
    function = tool.get("function") if isinstance(tool, Mapping) else None
    if not isinstance(function, Mapping):
        return tool
    known = {name: function[name] for name in FUNCTION if function.get(name) is not None}
    return {"type": "function", "function": {"parameters": {}, **known}}
