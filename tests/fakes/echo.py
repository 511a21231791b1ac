"""A careless provider: wherever an answer has room for text, it writes back what it was sent.

The scenario is named by the model: `echo-…`. Streams are cut into small pieces, in the middle of everything.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from tests.fakes.chat import USAGE, chunk, whole
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.server_sent_events import DONE, events, finish, frame, paced

SIZE = 3
"""Characters of a piece."""
ASKED = ("authorization", "user-agent", "x-access-token")


def said(exchange: Exchange) -> str:
    """The request line and the headers, as they came, in Base64 and URL-encoded."""
    seen = exchange.seen
    head = "\n".join(f"{name}: {seen.headers[name]}" for name in ASKED if name in seen.headers)
    text = f"{seen.method} {seen.path}\n{head}"
    return f"{text}\n{base64.b64encode(text.encode()).decode()} {quote(text)}"


def key(exchange: Exchange) -> str:
    return exchange.seen.headers.get("authorization", "").partition(" ")[2]


def pieces(text: str) -> list[str]:
    return [text[at : at + SIZE] for at in range(0, len(text), SIZE)]


def metadata(exchange: Exchange) -> dict[str, Any]:
    """Fields of a whole answer."""
    names = ("id", "model", "system_fingerprint", "service_tier")
    return {**dict.fromkeys(names, key(exchange)), "citations": [key(exchange)]}


def deltas(text: str) -> list[dict[str, Any]]:
    cut, call = pieces(text), {"index": 0, "id": text, "type": "function"}
    return [
        *({"content": piece} for piece in cut),
        *(
            {"reasoning": piece, "reasoning_details": [{"type": "reasoning.text", "text": piece}]}
            for piece in cut
        ),
        {"tool_calls": [{**call, "function": {"name": text, "arguments": ""}}]},
        *({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in cut),
        *({"refusal": piece} for piece in cut),
        {"annotations": [{"type": "url_citation", "url_citation": {"url": text, "title": text}}]},
    ]


def frames(exchange: Exchange) -> list[bytes]:
    """The whole stream of a chat."""
    text = said(exchange)
    named = [frame({**chunk(delta), **metadata(exchange)}) for delta in deltas(text)]
    tokens = {"content": [{"token": piece, "bytes": [*piece.encode()]} for piece in pieces(text)]}
    named += [frame(chunk({"content": text}, logprobs=tokens)), frame(chunk({}, key(exchange)))]
    return [*named, frame({**chunk({}), "choices": [], "usage": {**USAGE, "note": text}})]


def answer(exchange: Exchange) -> dict[str, Any]:
    """A chat answer in one piece."""
    text = said(exchange)
    call = {"id": text, "type": "function", "function": {"name": text, "arguments": text}}
    message = {"content": text, "reasoning": text, "refusal": text, "tool_calls": [call]}
    (choice,) = whole({}, text)["choices"]
    choice["message"] |= message
    return {**whole({}, text), **metadata(exchange), "choices": [{**choice, "finish_reason": key(exchange)}]}


def transcript(exchange: Exchange) -> dict[str, Any]:
    text = said(exchange)
    segment = {"id": 0, "start": 0.0, "end": 6.0, "text": text, "speaker": key(exchange)}
    spoken = [{"word": piece, "start": 0.0, "end": 1.0} for piece in pieces(text)]
    found = {"text": text, "language": key(exchange), "duration": 6.0, "segments": [segment], "words": spoken}
    return {**found, "usage": {"type": "duration", "seconds": 6}}


def transcript_frames(exchange: Exchange) -> list[bytes]:
    told = transcript(exchange)
    cut = [frame({"type": "transcript.text.delta", "delta": piece}) for piece in pieces(told["text"])]
    return [*cut, frame({"type": "transcript.text.done", **told})]


async def echo(exchange: Exchange) -> None:
    """An answer of the kind that is asked for; with sound there is no text."""
    seen, headers = exchange.seen, {"x_request_id": key(exchange), "x_generation_id": key(exchange)}
    if seen.path.endswith("/speech"):
        exchange.bill()
        await exchange.reply(200, b"\xff\xfb\x90\x64" + b"\0" * 4000, "audio/mpeg", **headers)
    elif seen.path.endswith("/models"):
        listed = [{"id": "echo", "owned_by": key(exchange)}, {"id": key(exchange)}]
        await exchange.reply(200, json.dumps({"data": listed}).encode())
    elif seen.asked.get("stream") in (True, "true"):
        chats = seen.path.endswith("/chat/completions")
        await paced([*(frames if chats else transcript_frames)(exchange), DONE])(exchange)
    else:
        told = answer(exchange) if seen.path.endswith("/chat/completions") else transcript(exchange)
        await exchange.reply(200, json.dumps(told).encode(), **headers)


def error(exchange: Exchange) -> dict[str, Any]:
    text = said(exchange)
    inner = {"raw": json.dumps({"error": {"message": text}}), "provider_name": key(exchange)}
    fields = {"message": text, "code": key(exchange), "type": text, "param": text, "metadata": inner}
    return {"error": {**fields, "failed_generation": text}}


def refusal(status: int) -> Scenario:
    """An error page that quotes the request."""

    async def answered(exchange: Exchange) -> None:
        await exchange.reply(status, json.dumps(error(exchange)).encode(), retry_after=key(exchange))

    return answered


async def error_in_200(exchange: Exchange) -> None:
    await exchange.reply(200, json.dumps(error(exchange)).encode())


async def garbage(exchange: Exchange) -> None:
    """Neither JSON nor sound."""
    await exchange.reply(200, f"{{not json {said(exchange)}".encode(), f"text/{key(exchange)}")


async def redirect(exchange: Exchange) -> None:
    await exchange.reply(302, said(exchange).encode(), location=f"http://127.0.0.1:9/?key={key(exchange)}")


async def late_error(exchange: Exchange) -> None:
    """An error in the middle of a stream, after the first letters of the key."""
    begins = [
        frame({**chunk({"content": piece}), **metadata(exchange)}) for piece in ("Hi ", key(exchange)[:12])
    ]
    await paced([*begins, frame(error(exchange))])(exchange)


async def cut(exchange: Exchange) -> None:
    """A stream that breaks in the middle of an event."""
    if not exchange.seen.asked.get("stream"):
        exchange.reset()
        return
    some = frames(exchange)[:40]
    await exchange.head(content_type="text/event-stream")
    await exchange.chunk(b"".join(some) + f"data: {key(exchange)}".encode())
    await finish(exchange, "reset")


async def odd(exchange: Exchange) -> None:
    """Events that cannot be read, among others."""
    text = said(exchange)
    strange = [f"data: {text}\n\n".replace("\n\n", " ").encode() + b"\n\n", frame({"choices": text})]
    await events([*strange, frame(chunk({"content": [text], "tool_calls": text})), DONE])(exchange)


ECHO_SCENARIOS: dict[str, Scenario] = {
    "echo-all": echo,
    **{f"echo-{status}": refusal(status) for status in (400, 401, 404, 429, 500)},
    "echo-error-in-200": error_in_200,
    "echo-garbage": garbage,
    "echo-redirect": redirect,
    "echo-late-error": late_error,
    "echo-cut": cut,
    "echo-odd": odd,
}
