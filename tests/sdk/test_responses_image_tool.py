"""The tool `image_generation` of a provider with OpenAI's Python client: whole, streamed, with its helper."""

from __future__ import annotations

import base64

import openai
import pytest

from tests.core.api.image_tool_helpers import teller as teller
from tests.core.api.responses_helpers import ASK
from tests.fakes.image_tool import PROMPT, WORDS
from tests.fakes.images import encoded

TOOL = {"type": "image_generation", "size": "1024x1024", "quality": "high"}
PICTURE = base64.b64decode(encoded(0))


@pytest.fixture(autouse=True)
def talker(teller, live):
    teller()
    live.refresh()


def drawn(response) -> list:
    return [item for item in response.output if item.type == "image_generation_call"]


def test_a_whole_response(client):
    found = client.responses.create(**ASK, tools=[TOOL])
    (picture,) = drawn(found)
    assert (picture.status, base64.b64decode(picture.result)) == ("completed", PICTURE)
    assert (picture.revised_prompt, found.output_text) == (PROMPT, "".join(WORDS))
    assert client.responses.retrieve(found.id).output == found.output


def test_a_stream(client):
    asked = {**TOOL, "partial_images": 2}
    with client.responses.create(**ASK, tools=[asked], stream=True) as stream:
        events = list(stream)
    prefix = "response.image_generation_call."
    assert [event.type.removeprefix(prefix) for event in events if event.type.startswith(prefix)] == [
        "in_progress", "generating", "partial_image", "partial_image", "completed",
    ]  # fmt: skip
    partials = [event.partial_image_b64 for event in events if event.type == f"{prefix}partial_image"]
    assert partials == [encoded(100), encoded(101)]
    assert base64.b64decode(drawn(events[-1].response)[0].result) == PICTURE


def test_the_stream_helper(client):
    with client.responses.stream(**ASK, tools=[{**TOOL, "partial_images": 1}]) as stream:
        kinds = [event.type for event in stream]
        found = stream.get_final_response()
    assert kinds.count("response.image_generation_call.partial_image") == 1
    assert (base64.b64decode(drawn(found)[0].result), found.output_text) == (PICTURE, "".join(WORDS))


def test_the_next_turn_changes_the_picture(client, provider):
    first = client.responses.create(**ASK, tools=[TOOL])
    client.responses.create(
        model=ASK["model"], input="Bluer.", previous_response_id=first.id, tools=[{**TOOL, "action": "edit"}]
    )
    sent = provider.requests[-1].json
    (image,) = [
        part["image_url"]
        for item in sent["input"]
        if isinstance(item["content"], list)
        for part in item["content"]
        if part["type"] == "input_image"
    ]
    assert base64.b64decode(image.partition(",")[2]) == PICTURE
    assert sent["tools"][0]["action"] == "edit"


def test_a_wrong_field_is_a_bad_request(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**ASK, tools=[{**TOOL, "surprise": 1}])
    assert caught.value.param == "tools[0].surprise"
