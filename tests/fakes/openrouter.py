"""OpenRouter's answers as its specification, its documentation and recorded answers have them.

`python -m tests.fakes.openrouter` serves them on its own. A stream has comments first and its usage in a
chunk with a choice; an object comes after white space; speech is bytes, whose cost `GET generation` tells.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.contract.audio import AudioFormat
from tests.fakes import chat, images, transcription
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.provider import Exchange, Provider, Scenario, Seen
from tests.fakes.server_sent_events import DONE, finish, frame

KEY = "sk-or-v1-canary0123456789abcdef"
ID = "gen-1700000000-Fake123"
SPEECH_ID = "gen-tts-1700000000-Fake123"
COMMENT = b": OPENROUTER PROCESSING\n\n"
PADDING = b"\n         \n\n         \n"
COST = 0.0025
USAGE = {
    **chat.USAGE,
    "cost": COST,
    "is_byok": False,
    "cost_details": {"upstream_inference_cost": None},
}
GENERATION = {
    "native_tokens_prompt": 12,
    "native_tokens_completion": 7,
    "native_tokens_reasoning": 2,
    "native_tokens_cached": 4,
    "native_tokens_completion_images": None,
    "total_cost": 0.00175,
    "usage": 0.00175,
    "is_byok": False,
    "upstream_inference_cost": None,
}
SPEECH_GENERATION = {**dict.fromkeys(GENERATION), "total_cost": 0.00032, "is_byok": False}
NOT_FOUND = {"error": {"code": 404, "message": "Generation not found"}}
MEDIA_TYPES = {"mp3": "audio/mpeg", "pcm": "audio/pcm;rate=24000;channels=1"}
MODELS: list[dict[str, Any]] = [
    {
        "id": "author/chat", "name": "Author: Chat", "context_length": 128000,
        "expiration_date": "2027-03-01",
        "architecture": {"modality": "text+image->text", "input_modalities": ["text", "image", "file"],
                         "output_modalities": ["text"]},
        "pricing": {"prompt": "0.000001", "completion": "0.000002"}, "supported_voices": None,
        "supported_parameters": ["tools", "reasoning"], "top_provider": {"max_completion_tokens": 4096},
    },
    {
        "id": "author/voice", "name": "Author: Voice", "context_length": None, "expiration_date": None,
        "architecture": {"modality": "text->speech", "input_modalities": ["text"],
                         "output_modalities": ["speech"]},
        "pricing": {"prompt": "0.000016", "completion": "0"}, "supported_voices": ["ada", "bo"],
        "supported_parameters": [], "top_provider": {},
    },
]  # fmt: skip


def frames(asked: dict[str, Any]) -> list[bytes]:
    """A stream: comments, deltas, the end, and a chunk with the usage, the cost and a choice."""
    deltas = [frame(named(chat.chunk(delta))) for delta in chat.deltas(asked)]
    end = chat.chunk({}, chat.finish(asked), native_finish_reason="STOP")
    usage = {**named(chat.chunk({"role": "assistant", "content": ""})), "usage": USAGE}
    return [COMMENT, *deltas[:1], COMMENT, *deltas[1:], frame(named(end)), frame(usage), DONE]


def named(chunk: dict[str, Any]) -> dict[str, Any]:
    return {**chunk, "id": ID, "provider": "OpenAI"}


def whole(asked: dict[str, Any]) -> bytes:
    value = {**chat.whole(asked, usage=USAGE), "id": ID, "provider": "OpenAI"}
    return PADDING + json.dumps(value).encode()


IMAGE_COST = 0.04
IMAGE_USAGE = {
    "prompt_tokens": 50, "completion_tokens": 4_175, "total_tokens": 4_225, "cost": IMAGE_COST,
    "completion_tokens_details": {"image_tokens": 4_175}, "is_byok": False,
}  # fmt: skip
IMAGE_UNITS = {"text_in.token": "50", "image_out.token": "4175"}


def pictures(asked: dict[str, Any]) -> dict[str, Any]:
    """The answer of `POST /images`."""
    data = [
        {"b64_json": images.encoded(number), "media_type": "image/png"} for number in range(asked.get("n", 1))
    ]
    return {"created": images.CREATED, "data": data, "usage": IMAGE_USAGE}


def picture_frames() -> list[bytes]:
    """A stream of `POST /images`: comments, an unfinished picture, words of no use, the whole picture."""
    kind = "image_generation"
    return [
        COMMENT,
        frame({"type": f"{kind}.partial_image", "partial_image_index": 0, "b64_json": images.encoded(100)}),
        frame({"type": f"{kind}.text_chunk", "phase": "reasoning", "text": "A square."}),
        frame(
            {
                "type": f"{kind}.completed", "b64_json": images.encoded(), "created": images.CREATED,
                "media_type": "image/png", "usage": IMAGE_USAGE,
            }
        ),
        DONE,
    ]  # fmt: skip


def transcript() -> dict[str, Any]:
    usage = {"seconds": 6.0, "input_tokens": 60, "output_tokens": 20, "total_tokens": 80, "cost": 0.0001}
    return {"text": transcription.TEXT, "usage": usage}


def sound(seen: Seen) -> list[bytes]:
    return slices(audio_bytes(AudioFormat(seen.json.get("response_format", "pcm")), 0.5), 5)


class Router:
    """Answers by path. A stream ends after `cut` frames where that is given; the figures of an answer are
    there at the question number `known_at`; without a `key` none is needed."""

    def __init__(
        self, delay: float = 0.0, cut: int | None = None, known_at: int = 2, key: str | None = KEY
    ) -> None:
        self.delay = delay
        self.cut = cut
        self.known_at = known_at
        self.key = key
        self.questions = 0

    async def answer(self, exchange: Exchange) -> None:
        seen = exchange.seen
        path = urlsplit(seen.path).path
        if self.key and seen.headers.get("authorization") != f"Bearer {self.key}":
            error = {"error": {"code": 401, "message": "No auth credentials found"}}
            await exchange.reply(401, json.dumps(error).encode())
        elif path.endswith("/chat/completions"):
            await self.converse(exchange)
        elif path.endswith("/audio/speech"):
            await self.speak(exchange)
        elif path.endswith("/audio/transcriptions"):
            exchange.bill()
            await exchange.reply(200, PADDING + json.dumps(transcript()).encode(), x_generation_id=ID)
        elif path.endswith("/images"):
            await self.draw(exchange)
        elif path.endswith("/generation"):
            await self.tell(exchange)
        elif path.endswith("/models"):
            await exchange.reply(200, json.dumps({"data": models(seen)}).encode())
        else:
            await exchange.reply(404, b'{"error":{"code":404,"message":"Not found"}}')

    async def converse(self, exchange: Exchange) -> None:
        asked = exchange.seen.json
        exchange.bill()
        if not asked.get("stream"):
            await exchange.reply(200, whole(asked))
            return
        await self.send(exchange, frames(asked), "text/event-stream", x_generation_id=ID)

    async def draw(self, exchange: Exchange) -> None:
        asked = exchange.seen.json
        exchange.bill()
        if asked.get("stream"):
            await self.send(exchange, picture_frames(), "text/event-stream", x_generation_id=ID)
        else:
            await exchange.reply(200, PADDING + json.dumps(pictures(asked)).encode(), x_generation_id=ID)

    async def speak(self, exchange: Exchange) -> None:
        exchange.bill()
        form = exchange.seen.json.get("response_format", "pcm")
        await self.send(exchange, sound(exchange.seen), MEDIA_TYPES[form], x_generation_id=SPEECH_ID)

    async def send(self, exchange: Exchange, pieces: list[bytes], media_type: str, **headers: str) -> None:
        await exchange.head(content_type=media_type, **headers)
        for piece in pieces[: self.cut]:
            await exchange.chunk(piece)
            await asyncio.sleep(self.delay)
        await finish(exchange, "end" if self.cut is None else "drop")

    async def tell(self, exchange: Exchange) -> None:
        self.questions += 1
        id = parse_qs(urlsplit(exchange.seen.path).query)["id"][0]
        figures = {ID: GENERATION, SPEECH_ID: SPEECH_GENERATION}.get(id)
        if figures is None or self.questions < self.known_at:
            await exchange.reply(404, json.dumps(NOT_FOUND).encode())
            return
        await exchange.reply(200, json.dumps({"data": {"id": id, **figures}}).encode())


def models(seen: Seen) -> list[dict[str, Any]]:
    """Those with text output, unless all are asked for."""
    wanted = parse_qs(urlsplit(seen.path).query).get("output_modalities", ["text"])[0]
    return [row for row in MODELS if wanted in ("all", *row["architecture"]["output_modalities"])]


def answering(**options: Any) -> Scenario:
    return Router(**options).answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--cut", type=int)
    parser.add_argument("--bills", type=Path)
    options = parser.parse_args()
    scenario = answering(delay=options.delay, cut=options.cut)
    with Provider(lambda name: scenario, options.bills, port=options.port) as provider:
        print(provider.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
