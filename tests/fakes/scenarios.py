"""What the fake provider does for each model name; a scenario is a coroutine over an exchange."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json

from core.contract.audio import AudioFormat
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.chat import CHAT_SCENARIOS, chat, counted
from tests.fakes.chat_faults import FAULT_SCENARIOS
from tests.fakes.echo import ECHO_SCENARIOS
from tests.fakes.image_tool import IMAGE_TOOL_SCENARIOS
from tests.fakes.images import draws, images
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.server_sent_events import events, finish, frame
from tests.fakes.transcription import TRANSCRIPTION_SCENARIOS, transcript

SECONDS = 0.5
CHUNKS = 5
USAGE = {"input_tokens": 7, "output_tokens": 10, "total_tokens": 17}


def asked(exchange: Exchange) -> AudioFormat:
    return AudioFormat(exchange.seen.json.get("response_format", "mp3"))


def speech(
    seconds: float = SECONDS,
    chunks: int = CHUNKS,
    delay: float = 0.0,
    then: str = "end",
    media_type: str = "",
) -> Scenario:
    """Sound in chunks; `then` is how it ends: end, reset, drop, silence."""

    async def answer(exchange: Exchange) -> None:
        audio = asked(exchange)
        await exchange.head(content_type=media_type or audio.media_type)
        exchange.bill()
        for piece in slices(audio_bytes(audio, seconds), chunks):
            await exchange.chunk(piece)
            await asyncio.sleep(delay)
        await finish(exchange, then)

    return answer


def deltas(audio: AudioFormat, seconds: float = SECONDS, chunks: int = CHUNKS) -> list[bytes]:
    return [
        frame({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})
        for piece in slices(audio_bytes(audio, seconds), chunks)
    ]


def sse_speech(usage: object = USAGE, slice_size: int = 0) -> Scenario:
    """Sound as events, ended by usage."""

    async def answer(exchange: Exchange) -> None:
        frames = [
            b": PROCESSING\n\n",
            *deltas(asked(exchange)),
            frame({"type": "speech.audio.done", "usage": usage}),
        ]
        await events(frames, slice_size=slice_size)(exchange)

    return answer


def status(code: int, body: object = None, **headers: str) -> Scenario:
    """An error status with a JSON body in OpenAI's shape."""

    async def answer(exchange: Exchange) -> None:
        value = body if body is not None else {"error": {"message": f"It failed with {code}.", "code": None}}
        await exchange.reply(code, json.dumps(value).encode(), **headers)

    return answer


def page(code: int, size: int = 5 * 1024 * 1024) -> Scenario:
    """A long HTML page for people."""

    async def answer(exchange: Exchange) -> None:
        await exchange.reply(code, b"<html>" + b"x" * size, "text/html")

    return answer


def body(data: bytes, media_type: str = "application/json", **headers: str) -> Scenario:
    """A 200 with these bytes."""

    async def answer(exchange: Exchange) -> None:
        await exchange.reply(200, data, media_type, **headers)

    return answer


def drip(every: float = 0.02) -> Scenario:
    """One byte at a time for ever."""

    async def answer(exchange: Exchange) -> None:
        await exchange.head(content_type="audio/pcm")
        exchange.bill()
        while True:
            await exchange.chunk(b"\0")
            await asyncio.sleep(every)

    return answer


def flood(size: int, media_type: str = "audio/pcm") -> Scenario:
    """More bytes than anybody asked for."""

    async def answer(exchange: Exchange) -> None:
        await exchange.head(content_type=media_type)
        exchange.bill()
        for _ in range(size // 65536 + 1):
            await exchange.chunk(b"\1" * 65536)
        await exchange.end()

    return answer


def bomb(size: int) -> Scenario:
    """A little gzip that unfolds into `size` zeros, though nobody asked for gzip."""
    return body(gzip.compress(bytes(size)), "audio/pcm", content_encoding="gzip")


def redirect(code: int = 302) -> Scenario:
    """To a listener that counts who comes."""

    async def answer(exchange: Exchange) -> None:
        await exchange.reply(code, b"", location=exchange.provider.canary_url)

    return answer


def echo(code: int = 400) -> Scenario:
    """Repeats our credentials in its error, as careless servers do."""

    async def answer(exchange: Exchange) -> None:
        credential = exchange.seen.headers.get("authorization", "")
        text = (
            f"Bad {credential} key={credential.partition(' ')[2]} at https://x.test/v1?key={credential[7:]}"
        )
        await status(code, {"error": {"message": text}})(exchange)

    return answer


async def nothing(exchange: Exchange) -> None:
    """Accepts the request and never answers."""
    await exchange.silence()


async def hang_up(exchange: Exchange) -> None:
    exchange.reset()


async def models(exchange: Exchange) -> None:
    await exchange.reply(
        200, json.dumps({"object": "list", "data": [{"id": "tts-1"}, {"id": "ok"}]}).encode()
    )


async def ok(exchange: Exchange) -> None:
    """What the path asks for."""
    listening = exchange.seen.path.endswith(("/transcriptions", "/translations"))
    if draws(exchange):
        await images()(exchange)
        return
    await (chat() if chats(exchange) else transcript() if listening else speech())(exchange)


def chats(exchange: Exchange) -> bool:
    return exchange.seen.path.endswith("/chat/completions")


def either(conversation: Scenario, other: Scenario) -> Scenario:
    """The same name, in the way of the path it is asked on."""

    async def answer(exchange: Exchange) -> None:
        await (conversation if chats(exchange) else other)(exchange)

    return answer


NAMED: dict[str, Scenario] = {
    **TRANSCRIPTION_SCENARIOS,
    **ECHO_SCENARIOS,
    "ok": ok,
    "slow": speech(seconds=5, chunks=50, delay=0.1),
    "sse": sse_speech(),
    "denied": status(401),
    "no-credit": status(402),
    "limited": status(429, retry_after="1"),
    "failing": page(500),
    "garbage": body(b"{not json"),
    "error-in-200": body(json.dumps({"error": {"message": "Overloaded", "code": 503}}).encode()),
    "nothing": nothing,
    "hang-up": hang_up,
    "reset": speech(then="reset"),
    "cut": speech(then="drop"),
    "stuck": speech(then="silence"),
    "drip": drip(),
    "bomb": bomb(100 * 1024 * 1024),
    "redirect": redirect(),
    "echo": echo(),
    "models": models,
}


NAMED |= CHAT_SCENARIOS
NAMED |= IMAGE_TOOL_SCENARIOS
NAMED |= {name: either(fault, NAMED.get(name, ok)) for name, fault in FAULT_SCENARIOS.items()}


def named(name: str) -> Scenario:
    """The scenario a model's name asks for; any other name gets what its path asks for."""
    return NAMED.get(name) or counted(name) or ok
