"""Answers of image endpoints in OpenAI's shape: whole, as events, by address, and refused by a safety system.

https://platform.openai.com/docs/api-reference/images
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from random import Random
from typing import Any

from tests.fakes.provider import Exchange, Scenario, Seen
from tests.fakes.server_sent_events import events, frame

CREATED = 1_713_833_628
SIZE, QUALITY = "1024x1024", "high"
USAGE = {
    "total_tokens": 4_210,
    "input_tokens": 50,
    "output_tokens": 4_160,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
    "output_tokens_details": {"text_tokens": 0, "image_tokens": 4_160},
}
UNITS = {"text_in.token": "10", "image_in.token": "40", "image_out.token": "4160"}
MADE = {"background": "opaque", "output_format": "png", "size": SIZE, "quality": QUALITY}
BLOCKED = {
    "error": {
        "message": "Your request was rejected by the safety system. safety_violations=[violence].",
        "type": "image_generation_user_error",
        "param": None,
        "code": "moderation_blocked",
    }
}
PICTURE_PATH = "/generated-images/b640.png"


def png(red: int = 200, width: int = 64, height: int = 48) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + bytes((red, 80, 40)) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def noise(size: int) -> bytes:
    """A picture of about `size` bytes, which nothing compresses."""
    width, random = 400, Random(0)
    rows = [b"\0" + random.randbytes(3 * width) for _ in range(max(1, size // (3 * width)))]
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def encoded(red: int = 200) -> str:
    return base64.b64encode(png(red)).decode()


def count(seen: Seen) -> int:
    return int(seen.asked.get("n", 1))


def whole(seen: Seen, **more: Any) -> dict[str, Any]:
    """The answer of a model that reports tokens."""
    data = [{"b64_json": encoded(number)} for number in range(count(seen))]
    return {"created": CREATED, "data": data, **MADE, "usage": USAGE, **more}


def by_picture(seen: Seen) -> dict[str, Any]:
    """The answer of a model that is paid by the picture."""
    data = [{"b64_json": encoded(number), "revised_prompt": "A red square."} for number in range(count(seen))]
    return {"created": CREATED, "data": data}


def frames(seen: Seen) -> list[bytes]:
    """A stream: unfinished pictures, then the whole one; no `[DONE]`."""
    kind = "image_edit" if seen.path.partition("?")[0].endswith("/edits") else "image_generation"
    partial = {"type": f"{kind}.partial_image", "created_at": CREATED, **MADE}
    found = [
        frame({**partial, "b64_json": encoded(100 + number), "partial_image_index": number}, partial["type"])
        for number in range(int(seen.asked.get("partial_images", 0)))
    ]
    usage = {name: value for name, value in USAGE.items() if name != "output_tokens_details"}
    completed = {"type": f"{kind}.completed", "created_at": CREATED, **MADE, "usage": usage}
    return [*found, frame({**completed, "b64_json": encoded()}, completed["type"])]


def is_streamed(seen: Seen) -> bool:
    return str(seen.asked.get("stream")).lower() == "true"


def draws(exchange: Exchange) -> bool:
    path = exchange.seen.path.partition("?")[0]
    return path.endswith(("/images/generations", "/images/edits", "/images/variations"))


def images() -> Scenario:
    """What the request asks for; a prompt with `forbidden` is refused."""

    async def answer(exchange: Exchange) -> None:
        seen = exchange.seen
        if "forbidden" in seen.asked.get("prompt", ""):
            await exchange.reply(400, json.dumps(BLOCKED).encode())
        elif is_streamed(seen):
            await events(frames(seen))(exchange)
        else:
            exchange.bill()
            await exchange.reply(200, json.dumps(whole(seen)).encode())

    return answer
