"""The tool `image_generation`: what is asked of the model in its place."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.responses.body import ResponsesBody
from core.bodies.validation import validate
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest
from core.contract.image import ImageFormat, ImageRequest, ImageTool

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


def test_how_to_draw_is_read():
    told = {
        "model": "gpt-image-2", "size": "1536x1024", "quality": "low", "background": "transparent",
        "output_format": "webp", "output_compression": 50, "moderation": "low", "input_fidelity": "high",
        "partial_images": 2, "action": "edit",
    }  # fmt: skip
    asked = {"stream": True, "tool_choice": DRAW, "max_tool_calls": 3}
    tool = request(WEATHER, {**DRAW, **told}, **asked).image_tool
    picture = ImageRequest(
        "gpt-image-2", "", size="1536x1024", quality="low", background="transparent", format=ImageFormat.WEBP,
        compression=50, moderation="low", fidelity="high", partial_images=2, streamed=True,
    )  # fmt: skip
    assert tool == ImageTool("tools[1]", picture, {**DRAW, **told}, calls=3, required=True)


def test_a_whole_answer_has_no_unfinished_pictures():
    tool = request({**DRAW, "partial_images": 2}).image_tool
    assert tool is not None
    assert (tool.picture.partial_images, tool.calls, tool.required) == (0, None, False)


@pytest.mark.parametrize("tools", [(), (WEATHER,)])
def test_without_it_there_is_none(tools):
    assert request(*tools).image_tool is None
    assert request(*tools, DRAW, tool_choice="none").image_tool is None


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"surprise": True}, "tools[1].surprise"),
        ({"size": 5}, "tools[1].size"),
        ({"background": "pink"}, "tools[1].background"),
        ({"output_format": "gif"}, "tools[1].output_format"),
        ({"output_compression": 101}, "tools[1].output_compression"),
        ({"partial_images": 4}, "tools[1].partial_images"),
        ({"action": "erase"}, "tools[1].action"),
        ({"input_image_mask": {"image_url": "data:image/png;base64,AAAA"}}, "tools[1].input_image_mask"),
    ],
)
def test_a_wrong_field_of_the_tool_is_named(fields, param):
    with pytest.raises(InvalidRequest) as caught:
        request(WEATHER, {**DRAW, **fields})
    assert (caught.value.param, caught.value.status) == (param, 400)
    assert caught.value.message.startswith(param)


@pytest.mark.parametrize("calls", [0, 11, "2", True])
def test_how_many_pictures_is_bounded(calls):
    with pytest.raises(InvalidRequest) as caught:
        request(DRAW, max_tool_calls=calls)
    assert caught.value.param == "max_tool_calls"


def test_it_is_offered_once():
    with pytest.raises(InvalidRequest) as caught:
        request(DRAW, WEATHER, DRAW)
    assert caught.value.param == "tools[2]"
