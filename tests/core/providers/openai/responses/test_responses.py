"""`POST /responses` of a provider: what is sent, and what becomes of each kind of item and of each fault."""

from __future__ import annotations

import json
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import PolyphonyError, UpstreamFailed, UpstreamInvalid, UpstreamLimited
from core.contract.events import AnswerMetadata, ChatDelta, ImageReady, ImageStart, ToolCall, Unreadable, Used
from core.contract.image import ImageRequest, ImageTool
from core.contract.tasks import Task
from core.contract.usage import Amount, Kind, Unit
from core.providers import registry
from core.providers.openai.responses.input import EARLIER, input_items
from tests.core.providers.openai.image.calls import target
from tests.fakes.image_tool import MADE, PROMPT, WORDS
from tests.fakes.images import encoded, png
from tests.fakes.server_sent_events import events, frame

pytestmark = pytest.mark.anyio
ASKED = ({"role": "user", "content": "Draw a fox."},)


def at(provider, model: str = "draws"):
    return target(provider, model, image_model=target(provider, "painter-1"))


def request(**fields) -> ChatRequest:
    tool = ImageTool("tools[0]", ImageRequest("", ""), {"type": "image_generation"})
    return ChatRequest(**{"model": "m", "messages": ASKED, "image_tool": tool, **fields})


async def answered(where, asked: ChatRequest | None = None) -> list:
    async with aclosing(registry.method(where.wire, Task.CHAT)(where, asked or request())) as found:
        return [event async for event in found]


async def failure(where, asked: ChatRequest | None = None) -> tuple[list, PolyphonyError]:
    came: list = []

    async def read() -> None:
        async with aclosing(registry.method(where.wire, Task.CHAT)(where, asked or request())) as found:
            async for event in found:
                came.append(event)

    with pytest.raises(PolyphonyError) as caught:
        await read()
    return came, caught.value


def whole(*output: dict, **more) -> dict:
    return {"id": "r", "model": "m", "status": "completed", "output": list(output), "usage": None, **more}


def script(provider, answer: dict):
    async def scenario(exchange):
        await exchange.reply(200, json.dumps(answer).encode())

    provider.script("scripted", scenario)
    return at(provider, "scripted")


READY = ImageReady(
    0, "image/png", png(0), revised_prompt=PROMPT,
    facts={name: MADE[name] for name in ("size", "quality", "background")},
)  # fmt: skip


async def test_a_whole_answer(provider):
    metadata, image, text, finish, used = await answered(at(provider))
    assert metadata == AnswerMetadata("resp_upstream", "draws")
    assert (image, text, finish) == (READY, ChatDelta("".join(WORDS)), ChatDelta(finish="stop"))
    assert used.usage.units() == {
        "text_in.token": 2300, "cached_in.token": 300, "text_out.token": 60, "reasoning_out.token": 20,
        "tool_text_in.token": 30, "tool_image_in.token": 20, "tool_text_out.token": 0,
        "tool_image_out.token": 4160, "tool_image_out.image": 1,
    }  # fmt: skip
    assert (used.usage.estimated, used.usage.service_tier) == (False, "default")
    assert used.usage.facts == {"size": MADE["size"], "quality": MADE["quality"]}


async def test_a_stream_announces_the_picture_and_repeats_nothing(provider):
    found = await answered(at(provider), request(streamed=True))
    assert found[1:-1] == [
        ImageStart(0),
        ImageStart(0, drawing=True),
        READY,
        *(ChatDelta(word) for word in WORDS),
        ChatDelta(finish="stop"),
    ]
    assert isinstance(found[-1], Used)


async def test_a_stream_without_deltas_says_what_its_items_say(provider):
    last = whole({"type": "message", "content": [{"type": "output_text", "text": "Hello."}]})
    provider.script("scripted", events([frame({"type": "response.completed", "response": last})]))
    found = await answered(at(provider, "scripted"), request(streamed=True))
    assert found[:-1] == [ChatDelta("Hello."), ChatDelta(finish="stop")]


async def test_reasoning_calls_and_refusals(provider):
    summary = [{"type": "summary_text", "text": text} for text in ("First.", "Then.")]
    output = [
        {"type": "reasoning", "summary": summary},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "x"},
        {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]},
    ]
    found = await answered(script(provider, whole(*output)))
    assert found[1:-1] == [
        ChatDelta(reasoning="First.\n\nThen."),
        ChatDelta(calls=(ToolCall(0, "c1", "f"),)),
        ChatDelta(calls=(ToolCall(0, arguments="{}"),)),
        ChatDelta(calls=(ToolCall(1, "c2", "g", type="custom"),)),
        ChatDelta(calls=(ToolCall(1, arguments="x"),)),
        ChatDelta(extra={"delta": {"refusal": "No."}}),
        ChatDelta(finish="tool_calls"),
    ]


@pytest.mark.parametrize(
    ("reason", "finish"), [("max_output_tokens", "length"), ("content_filter", "content_filter")]
)
async def test_why_an_answer_is_incomplete(provider, reason, finish):
    answer = whole(status="incomplete", incomplete_details={"reason": reason})
    assert (await answered(script(provider, answer)))[1:-1] == [ChatDelta(finish=finish)]


async def test_a_picture_that_could_not_be_drawn_was_begun(provider):
    item = {"type": "image_generation_call", "status": "failed", "result": None}
    assert (await answered(script(provider, whole(item))))[1] == ImageStart(0)


async def test_what_is_no_picture_is_left_out_and_counted(provider):
    item = {"type": "image_generation_call", "status": "completed", "result": "AAAA"}
    found = await answered(script(provider, whole(item)))
    assert [event for event in found if isinstance(event, ImageReady | Unreadable)] == [Unreadable(1)]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "server_error", "message": "It failed."}, UpstreamFailed),
        ({"code": "rate_limit_exceeded", "message": "Slowly."}, UpstreamLimited),
    ],
)
async def test_a_failed_answer_is_its_error_with_its_usage(provider, error, kind):
    usage = {"input_tokens": 5, "output_tokens": 0, "total_tokens": 5}
    _, raised = await failure(script(provider, whole(status="failed", error=error, usage=usage)))
    assert type(raised) is kind
    assert raised.usage is not None
    assert raised.usage.amounts[0] == Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(5))


async def test_a_stream_that_is_cut_keeps_what_came(provider):
    provider.script("scripted", events([frame({"type": "response.created", "response": whole()})]))
    came, raised = await failure(at(provider, "scripted"), request(streamed=True))
    assert came == [AnswerMetadata("r", "m")]
    assert (type(raised), raised.provider_code, raised.usage) == (UpstreamInvalid, "upstream_truncated", None)


async def test_what_is_no_response_is_refused(provider):
    _, raised = await failure(script(provider, {"choices": []}))
    assert type(raised) is UpstreamInvalid


async def test_the_body(provider):
    await answered(at(provider), request(streamed=True, limit=100))
    sent = provider.requests[-1].json
    assert sent == {
        "model": "draws",
        "input": [{"role": "user", "content": "Draw a fox."}],
        "store": False,
        "stream": True,
        "max_output_tokens": 100,
        "tools": [{"type": "image_generation", "model": "painter-1"}],
        "max_tool_calls": 1,
    }


def test_messages_as_items():
    picture = Media(Modality.IMAGE, "/nowhere", "image/png", 3, "a.png")
    shown = {"type": "image_url", "image_url": {"url": picture}}
    function = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    custom = {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "x"}}
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "See."}, shown]},
        {"role": "assistant", "content": "Done.", "images": [shown], "tool_calls": [function, custom]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": "2"},
    ]
    seen = {"type": "input_image", "image_url": picture, "detail": "auto"}
    assert input_items(messages) == [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "See."}, seen]},
        {"role": "user", "content": [{"type": "input_text", "text": EARLIER}, seen]},
        {"role": "assistant", "content": "Done."},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "x"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": "2"},
    ]


def test_the_fake_draws_what_is_compared_here():
    assert encoded(0) != encoded(1)
