"""The parameters of a chat as `POST responses` has them, and its tool that draws.

https://platform.openai.com/docs/api-reference/responses/create
https://platform.openai.com/docs/guides/tools-image-generation
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.contract.chat import ChatRequest
from core.contract.image import ImageFormat, ImageTool
from core.contract.route import Target
from core.providers.shared.chat_parameters import CAPS, parameters_at

SAME = (
    *("metadata", "parallel_tool_calls", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"),
    *("service_tier", "temperature", "top_logprobs", "top_p", "user"),
)
"""Parameters that have the same name and meaning in both."""
RENAMED = (
    *("logprobs", "reasoning", "reasoning_effort", "response_format", "tool_choice", "tools", "verbosity"),
)
KNOWN = frozenset((*SAME, *RENAMED, *CAPS))
LOGPROBS = "message.output_text.logprobs"
PICTURE = {
    "size": "size",
    "quality": "quality",
    "background": "background",
    "compression": "output_compression",
    "moderation": "moderation",
    "fidelity": "input_fidelity",
}
"""Names in the tool by those of an image request."""


def unsent_fields(parameters: Mapping[str, Any]) -> list[str]:
    """The parameters that `POST responses` does not have."""
    return sorted(parameters.keys() - KNOWN)


def parameter_fields(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The fields beside model, input and stream; options that the API does not have are left out."""
    given = parameters_at(request, target)
    fields = {name: given[name] for name in SAME if name in given}
    if limits := [given[name] for name in CAPS if name in given]:
        fields["max_output_tokens"] = limits[0]
    reasoning = {**(given.get("reasoning") or {})}
    if effort := given.get("reasoning_effort"):
        reasoning["effort"] = effort
    if reasoning:
        fields["reasoning"] = reasoning
    if text := text_fields(given):
        fields["text"] = text
    if given.get("logprobs"):
        fields["include"] = [LOGPROBS]
    return fields | tool_fields(target, request, given)


def text_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    found = {"verbosity": given["verbosity"]} if given.get("verbosity") else {}
    form = given.get("response_format")
    if isinstance(form, Mapping):
        found["format"] = flat(form)
    return found


def tool_fields(target: Target, request: ChatRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    """The functions, then the tool that draws, and how often tools of the provider may be called."""
    tools: Sequence[Any] = given.get("tools") or ()
    fields: dict[str, Any] = {"tools": [flat(tool) for tool in tools]}
    choice = given.get("tool_choice")
    if choice is not None:
        fields["tool_choice"] = choice if isinstance(choice, str) else flat_choice(choice)
    if (tool := request.image_tool) is not None and target.image_model is not None:
        fields["tools"].append(image_tool(tool, target.image_model, streamed=request.streamed))
        fields["max_tool_calls"] = request.most_pictures
        if tool.required:
            fields["tool_choice"] = {"type": "image_generation"}
    return fields


def flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """`{"type": "function", "function": {…}}` with the inner fields beside the type."""
    kind = value.get("type")
    inner = value.get(kind) if isinstance(kind, str) else None
    return {"type": kind, **flat_grammar(inner)} if isinstance(inner, Mapping) else dict(value)


def flat_grammar(inner: Mapping[str, Any]) -> dict[str, Any]:
    form = inner.get("format")
    return {**inner, "format": flat(form)} if isinstance(form, Mapping) else dict(inner)


def flat_choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    """A choice among tools; `allowed_tools` has a list of them."""
    found = flat(choice)
    if isinstance(listed := found.get("tools"), Sequence):
        found["tools"] = [flat(tool) for tool in listed]
    return found


def image_tool(tool: ImageTool, drawing: Target, *, streamed: bool) -> dict[str, Any]:
    """The tool as the request has it, with the name of the image model always."""
    picture, action = tool.picture, tool.fields.get("action")
    found: dict[str, Any] = {"type": "image_generation", "model": drawing.model}
    for field, name in PICTURE.items():
        if (value := getattr(picture, field)) not in (None, ""):
            found[name] = value
    if picture.format is not ImageFormat.AUTO:
        found["output_format"] = picture.format.value
    if streamed and picture.partial_images:
        found["partial_images"] = picture.partial_images
    return {**found, "action": action} if action else found
