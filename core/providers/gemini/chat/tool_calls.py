"""Functions, their calls and their results in Google's shape.

https://ai.google.dev/gemini-api/docs/function-calling
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from core.contract.errors import InvalidRequest, Unsupported
from core.providers.gemini.errors import objects
from core.providers.shared.json_text import string

MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "any": "ANY"}
OURS = "call_"
"""What ids begin with that were made here: Google never saw them."""


def tool_fields(tools: Any, choice: Any) -> dict[str, Any]:
    """`tools` and `toolConfig`. Raises `Unsupported` for tools that are no functions."""
    if not tools:
        return {}
    fields: dict[str, Any] = {"tools": [{"functionDeclarations": [declaration(tool) for tool in tools]}]}
    if config := calling_config(choice):
        fields["toolConfig"] = {"functionCallingConfig": config}
    return fields


def declaration(tool: Any) -> dict[str, Any]:
    """https://ai.google.dev/api/caching#FunctionDeclaration"""
    function = tool.get("function") if isinstance(tool, Mapping) else None
    if not isinstance(function, Mapping) or tool.get("type", "function") != "function":
        raise Unsupported("Only functions can be tools here.", param="tools", code="unsupported_parameter")
    found = {"name": function.get("name"), "description": function.get("description")}
    schema = function.get("parameters")
    if isinstance(schema, Mapping) and schema.get("properties"):
        found["parametersJsonSchema"] = plain_schema(schema)
    return {name: value for name, value in found.items() if value}


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema without the address of its dialect, which Google does not know."""
    return {name: value for name, value in schema.items() if name != "$schema"}


def calling_config(choice: Any) -> dict[str, Any]:
    """https://ai.google.dev/api/caching#FunctionCallingConfig"""
    if choice is None:
        return {}
    if isinstance(choice, Mapping):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
        if not isinstance(name, str):
            raise InvalidRequest("tool_choice must name a function.", param="tool_choice")
        return {"mode": "ANY", "allowedFunctionNames": [name]}
    if choice not in MODES:
        raise InvalidRequest(f"tool_choice must be one of {', '.join(MODES)}.", param="tool_choice")
    return {"mode": MODES[choice]}


def call_part(call: Any, names: dict[str, str]) -> tuple[dict[str, Any], str]:
    """An earlier call as a part, and its id; its name is noted in `names` for its result."""
    call = call if isinstance(call, Mapping) else {}
    inner = call.get("function")
    inner = inner if isinstance(inner, Mapping) else {}
    id, name = string(call.get("id")), string(inner.get("name"))
    names[id] = name
    return {"functionCall": {**identified(id), "name": name, "args": arguments(inner.get("arguments"))}}, id


def arguments(text: Any) -> dict[str, Any]:
    """The arguments of a call as an object. Raises `InvalidRequest` for those that are none."""
    if not text:
        return {}
    try:
        found = orjson.loads(text) if isinstance(text, str) else text
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, Mapping):
        return dict(found)
    raise InvalidRequest("The arguments of a tool call must be a JSON object.", param="messages")


def result_part(message: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A function's result as a part: an object as it is, anything else under `result`.

    https://ai.google.dev/api/caching#FunctionResponse
    """
    id = string(message.get("tool_call_id"))
    name = names.get(id) or string(message.get("name"))
    if not name:
        raise InvalidRequest("A tool's message must follow the call that it answers.", param="messages")
    text = text_of(message.get("content"))
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text
    response = value if isinstance(value, dict) else {"result": value}
    return {"functionResponse": {**identified(id), "name": name, "response": response}}


def identified(id: str) -> dict[str, str]:
    return {"id": id} if id and not id.startswith(OURS) else {}


def text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else []
    return "".join(string(part.get("text")) for part in objects(list(parts)))
