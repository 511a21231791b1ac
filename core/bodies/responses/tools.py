"""The tools of a `responses` body, whose objects are flat, as the nested objects of `chat/completions`.

https://platform.openai.com/docs/guides/migrate-to-responses
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.bodies.responses.image_tool import is_image_tool, other_tools
from core.bodies.validation import missing_field, wrong_field
from core.contract.errors import Unsupported

NESTED = ("function", "custom")
MODES = ("none", "auto", "required")


def chat_tools(offered: Sequence[Any]) -> list[dict[str, Any]]:
    """`tools` as `chat/completions` has them, without the one that asks for pictures.

    Raises `Unsupported` for a built-in tool, which a server would have to run itself, `InvalidRequest` for a
    malformed one.
    """
    return [chat_tool(value, f"tools[{at}]") for at, value in other_tools(offered)]


def chat_tool(value: Any, place: str) -> dict[str, Any]:
    kind = kind_of(value, place)
    if not isinstance(value.get("name"), str) or not value["name"]:
        raise missing_field(f"{place}.name", value, "name", "must be a string.")
    inner = {name: each for name, each in value.items() if name != "type" and each is not None}
    if kind == "custom" and isinstance(form := inner.get("format"), dict) and form.get("type") == "grammar":
        grammar = {name: each for name, each in form.items() if name != "type"}
        inner["format"] = {"type": "grammar", "grammar": grammar}
    return {"type": kind, kind: inner}


def kind_of(value: Any, place: str) -> str:
    if not isinstance(value, dict):
        raise wrong_field(place, "must be an object.")
    kind = value.get("type")
    if not isinstance(kind, str):
        raise missing_field(f"{place}.type", value, "type", "must be function or custom.")
    if kind not in NESTED:
        raise Unsupported(
            f"{place}: the built-in tool {kind[:60]} is not run here; offer functions.", param=f"{place}.type"
        )
    return kind


def chat_tool_choice(choice: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
    """`tool_choice` as `chat/completions` has it; None for the choice of pictures, which are no tool there.

    Raises `InvalidRequest` for any other.
    """
    if choice is None or choice in MODES:
        return choice
    if is_image_tool(choice):
        return None
    if isinstance(choice, str):
        raise wrong_field("tool_choice", f"must be {', '.join(MODES)} or an object.")
    if choice.get("type") == "allowed_tools":
        return allowed(choice)
    return named(choice, "tool_choice")


def named(choice: Any, place: str) -> dict[str, Any]:
    kind = kind_of(choice, place)
    if not isinstance(choice.get("name"), str):
        raise missing_field(f"{place}.name", choice, "name", "must be a string.")
    return {"type": kind, kind: {"name": choice["name"]}}


def allowed(choice: dict[str, Any]) -> dict[str, Any]:
    offered = choice.get("tools")
    if not isinstance(offered, list):
        raise missing_field("tool_choice.tools", choice, "tools", "must be a list.")
    found = [named(value, f"tool_choice.tools[{at}]") for at, value in enumerate(offered)]
    return {"type": "allowed_tools", "allowed_tools": {"mode": choice.get("mode", "auto"), "tools": found}}
