"""OpenAI's `POST /responses` with its tool `image_generation`: pictures that sharpen, then a sentence.

https://platform.openai.com/docs/guides/tools-image-generation
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.fakes.images import encoded
from tests.fakes.provider import Exchange, Scenario, Seen
from tests.fakes.server_sent_events import EVENTS, finish, frame

WORDS = ("Here is ", "your fox.")
PROMPT = "A red fox in snow, soft light."
MADE = {"background": "opaque", "output_format": "png", "quality": "high", "size": "1024x1024"}
USAGE = {
    "input_tokens": 2_300,
    "input_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 0},
    "output_tokens": 60,
    "output_tokens_details": {"reasoning_tokens": 20},
    "total_tokens": 2_360,
}
DRAWN = {
    "input_tokens": 50,
    "input_tokens_details": {"text_tokens": 30, "image_tokens": 20},
    "output_tokens": 4_160,
    "output_tokens_details": {"text_tokens": 0, "image_tokens": 4_160},
    "total_tokens": 4_210,
}
"""Tokens of the image model for one picture, which are not in `USAGE`."""
TOOL_FIELDS = frozenset(
    (
        *("type", "model", "action", "background", "input_fidelity", "input_image_mask", "moderation"),
        *("output_compression", "output_format", "partial_images", "quality", "size"),
    )
)
BODY_FIELDS = frozenset(
    (
        *("model", "input", "tools", "tool_choice", "max_tool_calls", "store", "stream", "stream_options"),
        *("include", "max_output_tokens", "metadata", "parallel_tool_calls", "prompt_cache_key", "reasoning"),
        *("service_tier", "temperature", "text", "top_logprobs", "top_p", "user"),
    )
)


def refusal(seen: Seen) -> dict[str, Any] | None:
    """What the API answers to a body that it does not know."""
    tools = [tool for tool in seen.json.get("tools", ()) if tool["type"] == "image_generation"]
    unknown = [
        *(seen.json.keys() - BODY_FIELDS),
        *(name for tool in tools for name in tool.keys() - TOOL_FIELDS),
    ]
    if "forbidden" in json.dumps(seen.json.get("input")):
        return {"message": "Your request was rejected by the safety system.", "code": "moderation_blocked"}
    if unknown:
        return {
            "message": f"Unknown parameter: '{unknown[0]}'.",
            "param": unknown[0],
            "code": "unknown_parameter",
        }
    return None


def tool_of(seen: Seen) -> dict[str, Any]:
    return next(tool for tool in seen.json["tools"] if tool["type"] == "image_generation")


def picture(number: int, status: str = "completed") -> dict[str, Any]:
    item = {"type": "image_generation_call", "id": f"ig_{number}", "status": status}
    if status != "completed":
        return {**item, "result": None}
    return {**item, **MADE, "revised_prompt": PROMPT, "result": encoded(number)}


def message(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    return {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": content}


def response(seen: Seen, pictures: int, counted: bool = True, **more: Any) -> dict[str, Any]:
    tokens = {name: times(value, pictures) for name, value in DRAWN.items()}
    return {
        "id": "resp_upstream",
        "object": "response",
        "model": seen.json["model"],
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "service_tier": "default",
        "output": [*(picture(number) for number in range(pictures)), message("".join(WORDS))],
        "usage": USAGE,
        **({"tool_usage": {"image_gen": tokens, "web_search": {"num_requests": 0}}} if counted else {}),
        **more,
    }


def times(value: Any, factor: int) -> Any:
    if isinstance(value, dict):
        return {name: each * factor for name, each in value.items()}
    return value * factor


def frames(seen: Seen, whole: dict[str, Any], pictures: int) -> list[bytes]:
    """The events of a response, each a frame."""
    found: list[bytes] = []

    def add(kind: str, **fields: Any) -> None:
        value = {"type": f"response.{kind}", "sequence_number": len(found), **fields}
        found.append(frame(value, f"response.{kind}"))

    begun = {**whole, "status": "in_progress", "output": [], "usage": None, "tool_usage": None}
    add("created", response=begun)
    add("in_progress", response=begun)
    for number in range(pictures):
        place = {"item_id": f"ig_{number}", "output_index": number}
        add("output_item.added", output_index=number, item=picture(number, "in_progress"))
        add("image_generation_call.in_progress", **place)
        add("image_generation_call.generating", **place)
        for at in range(tool_of(seen).get("partial_images", 0)):
            partial = {"partial_image_index": at, "partial_image_b64": encoded(100 + at)}
            add("image_generation_call.partial_image", **place, **partial, **MADE)
        add("image_generation_call.completed", **place)
        add("output_item.done", output_index=number, item=picture(number))
    place = {"item_id": "msg_1", "output_index": pictures}
    add("output_item.added", output_index=pictures, item={**message(""), "content": []})
    for word in WORDS:
        add("output_text.delta", **place, content_index=0, delta=word, logprobs=[])
    add("output_item.done", output_index=pictures, item=message("".join(WORDS)))
    add("completed", response=whole)
    return found


def responses(
    pictures: int = 1, delay: float = 0.0, counted: bool = True, first: int | None = None, then: str = "end"
) -> Scenario:
    """As many pictures as asked for, at most `pictures`. Only the `first` frames come; `then` is how it ends.
    Without `counted` the tokens of the pictures are not told."""

    async def answer(exchange: Exchange) -> None:
        seen = exchange.seen
        assert seen.path.endswith("/responses"), seen.path
        if error := refusal(seen):
            await exchange.reply(
                400, json.dumps({"error": {"type": "invalid_request_error", **error}}).encode()
            )
            return
        exchange.bill()
        made = min(pictures, seen.json["max_tool_calls"])
        whole = response(seen, made, counted)
        if not seen.json.get("stream"):
            if then != "end":
                await finish(exchange, then)
                return
            await exchange.reply(200, json.dumps(whole).encode())
            return
        await exchange.head(content_type=EVENTS)
        for piece in frames(seen, whole, made)[:first]:
            await exchange.chunk(piece)
            await asyncio.sleep(delay)
        await finish(exchange, then)

    return answer


IMAGE_TOOL_SCENARIOS: dict[str, Scenario] = {
    "draws": responses(),
    "draws-three": responses(3),
    "draws-slowly": responses(delay=0.15),
    "draws-uncounted": responses(counted=False),
    "draws-nothing": responses(0),
    "drawing-cut": responses(first=5, then="reset"),
    "drawing-stuck": responses(first=5, then="silence"),
}
