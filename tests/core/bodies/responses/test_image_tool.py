"""The tool `image_generation`: what is asked of the model in its place."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.responses.body import ResponsesBody
from core.bodies.validation import validate
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import Unsupported

DRAW = {"type": "image_generation"}
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
TEXT, IMAGE = Modality.TEXT, Modality.IMAGE


def request(*tools: dict[str, Any], **fields: Any) -> ChatRequest:
    body = validate(ResponsesBody, {"model": "m", "input": "A fox", "tools": list(tools), **fields})
    return body.request([{"role": "user", "content": "A fox"}])


@pytest.mark.parametrize(
    ("tools", "fields", "wanted"),
    [
        ((DRAW,), {}, (TEXT, IMAGE)),
        ((WEATHER, DRAW), {}, (TEXT, IMAGE)),
        ((WEATHER, DRAW), {"tool_choice": "required"}, (TEXT, IMAGE)),
        ((DRAW,), {"modalities": ["image", "text"]}, (IMAGE, TEXT)),
        ((DRAW,), {"tool_choice": "required"}, (IMAGE,)),
        ((WEATHER, DRAW), {"tool_choice": DRAW}, (IMAGE,)),
        ((DRAW,), {"tool_choice": "none"}, (TEXT,)),
        ((WEATHER,), {}, (TEXT,)),
    ],
)
def test_the_answer_may_have_pictures(tools, fields, wanted):
    assert request(*tools, **fields).modalities == wanted


def test_it_is_no_tool_of_the_model():
    nested = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    assert request(WEATHER, DRAW, tool_choice="auto").parameters == {"tools": [nested], "tool_choice": "auto"}
    assert request(WEATHER, DRAW, tool_choice=DRAW).parameters == {"tools": [nested]}
    assert request(DRAW, tool_choice="auto").parameters == {}


def test_what_changes_nothing_is_taken():
    neutral = {
        "model": "m", "size": "auto", "quality": "auto", "background": "auto", "moderation": "auto",
        "output_format": "png", "output_compression": 100, "partial_images": 2, "input_image_mask": None,
    }  # fmt: skip
    assert request({**DRAW, **neutral}).modalities == (TEXT, IMAGE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "gpt-image-1"),
        ("size", "1024x1024"),
        ("quality", "low"),
        ("background", "transparent"),
        ("output_format", "webp"),
        ("output_compression", 50),
        ("moderation", "low"),
        ("input_fidelity", "high"),
        ("input_image_mask", {"image_url": "data:image/png;base64,AAAA"}),
        ("action", "edit"),
        ("surprise", True),
    ],
)
def test_how_to_draw_is_not_decided_here(name, value):
    with pytest.raises(Unsupported, match=r"images/generations and images/edits can be told") as caught:
        request(WEATHER, {**DRAW, name: value})
    assert caught.value.param == f"tools[1].{name}"
