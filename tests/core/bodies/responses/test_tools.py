"""Tools of a response, nested as chats have them."""

from __future__ import annotations

import pytest

from core.bodies.responses.tools import chat_tool_choice, chat_tools
from core.contract.errors import InvalidRequest, Unsupported

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}
BUILT_IN = (
    "code_interpreter",
    "computer_use_preview",
    "file_search",
    "local_shell",
    "mcp",
    "web_search",
    "web_search_preview",
)


def test_functions_are_nested():
    inner = {"name": "f", "parameters": {"type": "object"}, "strict": True}
    assert chat_tools([{**FUNCTION, "description": None}]) == [{"type": "function", "function": inner}]


def test_custom_tools_are_nested_and_so_is_their_grammar():
    form = {"type": "grammar", "syntax": "lark", "definition": "start: /a/"}
    grammar = {"syntax": "lark", "definition": "start: /a/"}
    assert chat_tools([{"type": "custom", "name": "f", "format": form}, {"type": "custom", "name": "g"}]) == [
        {"type": "custom", "custom": {"name": "f", "format": {"type": "grammar", "grammar": grammar}}},
        {"type": "custom", "custom": {"name": "g"}},
    ]


@pytest.mark.parametrize("kind", BUILT_IN)
def test_built_in_tools_are_refused_by_name(kind):
    with pytest.raises(Unsupported) as caught:
        chat_tools([FUNCTION, {"type": kind}])
    assert (caught.value.param, kind in caught.value.message) == ("tools[1].type", True)


@pytest.mark.parametrize(
    ("tool", "param"),
    [
        ("f", "tools[0]"),
        ({"name": "f"}, "tools[0].type"),
        ({"type": "function", "name": ""}, "tools[0].name"),
    ],
)
def test_a_malformed_tool_is_refused(tool, param):
    with pytest.raises(InvalidRequest) as caught:
        chat_tools([tool])
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ({"type": "function", "name": "f"}, {"type": "function", "function": {"name": "f"}}),
        ({"type": "custom", "name": "f"}, {"type": "custom", "custom": {"name": "f"}}),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "f"}}],
                },
            },
        ),
    ],
)
def test_choices_are_nested(choice, expected):
    assert chat_tool_choice(choice) == expected


@pytest.mark.parametrize(
    ("choice", "param"),
    [
        ("f", "tool_choice"),
        ({"type": "mcp", "server_label": "x"}, "tool_choice.type"),
        ({"type": "function"}, "tool_choice.name"),
        ({"type": "allowed_tools"}, "tool_choice.tools"),
        ({"type": "allowed_tools", "tools": ["f"]}, "tool_choice.tools[0]"),
    ],
)
def test_other_choices_are_refused(choice, param):
    with pytest.raises(InvalidRequest) as caught:
        chat_tool_choice(choice)
    assert caught.value.param == param
