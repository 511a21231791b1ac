"""Azure OpenAI's answers as its reference describes them: deployments, versions, content filters, errors.

`python -m tests.fakes.azure` serves them on its own. The key is `KEY`, or any token of Entra.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from core.contract.audio import AudioFormat
from tests.fakes import chat, images, transcription
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.provider import Exchange, Scenario, Seen, serve
from tests.fakes.server_sent_events import DONE, frame, paced

KEY = "0canary0123456789abcdef012345678"
TOKEN = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJhenVyZSJ9.c2lnbmF0dXJl"
TENANT, SECRET = "11111111-2222-4333-8444-555555555555", "canary~secret~0123456789abcdef"
"""An application's: Entra answers here too, at the address of the tenant."""
DEPLOYMENTS = {
    "chat": "gpt-4o",
    "gpt-audio-1.5": "gpt-audio-1.5",
    "tts": "tts",
    "gpt-4o-mini-tts": "gpt-4o-mini-tts",
    "whisper": "whisper",
    "gpt-4o-transcribe": "gpt-4o-transcribe",
    "gpt-image-2": "gpt-image-2",
}
"""The model behind each deployment."""

CLASSIC = re.compile(r"/openai/deployments/(?P<deployment>[^/]+)/(?P<path>.+)")
PREVIEWS = ("audio/", "images/")
V1 = re.compile(r"/openai/v1/(?P<path>.+)")
SAFE = {"hate": {"filtered": False, "severity": "safe"}, "violence": {"filtered": False, "severity": "safe"}}
MEDIA_TYPES = {"mp3": "audio/mpeg", "pcm": "audio/pcm", "wav": "audio/wav", "opus": "audio/opus"}
FILTERED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering the content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {
                "hate": {"filtered": False, "severity": "safe"},
                "jailbreak": {"detected": True, "filtered": True},
                "violence": {"filtered": True, "severity": "high"},
            },
        },
    }
}
DENIED = {
    "error": {
        "code": "401",
        "message": "Access denied due to invalid subscription key or wrong API endpoint.",
    }
}
INVALID_CLIENT = {
    "error": "invalid_client",
    "error_description": f"AADSTS7000215: Invalid client secret provided for a tenant {TENANT}.",
    "error_codes": [7000215],
}
NO_DEPLOYMENT = {
    "error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}
}
NOT_FOUND = {"error": {"code": "404", "message": "Resource not found"}}


def version(seen: Seen) -> str:
    return parse_qs(urlsplit(seen.path).query).get("api-version", [""])[0]


def frames(asked: dict[str, Any]) -> list[bytes]:
    """A stream: first what the filter found in the prompt, in a chunk without choices; results in each
    choice; and a last result of the asynchronous filter, in a choice without a delta."""
    prompt = {
        "choices": [], "created": 0, "id": "", "model": "", "object": "",
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}],
    }  # fmt: skip
    late = {
        "id": "", "object": "", "created": 0, "model": "",
        "choices": [
            {
                "index": 0, "finish_reason": None, "content_filter_results": SAFE,
                "content_filter_offsets": {"check_offset": 44, "start_offset": 44, "end_offset": 88},
            }
        ],
    }  # fmt: skip
    named = [
        frame(chat.chunk(delta, content_filter_results=SAFE if "content" in delta else {}))
        for delta in chat.deltas(asked)
    ]
    named += [frame(late), frame(chat.chunk({}, chat.finish(asked), content_filter_results={}))]
    if asked.get("stream_options", {}).get("include_usage"):
        named.append(frame({**chat.chunk({}), "choices": [], "usage": chat.USAGE}))
    return [frame(prompt), *named, DONE]


def whole(asked: dict[str, Any]) -> dict[str, Any]:
    """An answer with what the filters found."""
    value = chat.whole(asked)
    for choice in value["choices"]:
        choice["content_filter_results"] = SAFE
    return {**value, "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}]}


def filtered_frames() -> list[bytes]:
    """A stream that a filter ends."""
    found = {"violence": {"filtered": True, "severity": "medium"}}
    return [
        frame(chat.chunk({"role": "assistant", "content": "It"})),
        frame(chat.chunk({}, "content_filter", content_filter_results=found)),
        frame({**chat.chunk({}), "choices": [], "usage": chat.USAGE}),
        DONE,
    ]


async def converse(exchange: Exchange, delay: float) -> None:
    asked = exchange.seen.json
    words = json.dumps(asked["messages"])
    if "forbidden" in words:
        await exchange.reply(400, json.dumps(FILTERED).encode())
    elif asked.get("stream"):
        await paced(filtered_frames() if "halfway" in words else frames(asked), delay)(exchange)
    else:
        exchange.bill()
        await exchange.reply(200, json.dumps(whole(asked)).encode())


async def speak(exchange: Exchange, delay: float) -> None:
    form = exchange.seen.json.get("response_format", "mp3")
    pieces = slices(audio_bytes(AudioFormat(form), 0.5), 5)
    await paced(pieces, delay, media_type=MEDIA_TYPES.get(form, f"audio/{form}"))(exchange)


async def write_down(exchange: Exchange, delay: float) -> None:
    exchange.bill()
    if dict(exchange.seen.form).get("stream") == "true":
        done = {"type": "transcript.text.done", "text": transcription.TEXT, "usage": transcription.TOKENS}
        await paced([*transcription.deltas(), frame(done), DONE], delay)(exchange)
        return
    await exchange.reply(200, json.dumps(transcription.value(exchange, transcription.DURATION)).encode())


async def grant(exchange: Exchange) -> None:
    """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
    asked = dict(parse_qsl(exchange.seen.body.decode()))
    if asked.get("client_secret") != SECRET or not asked.get("scope", "").endswith("/.default"):
        await exchange.reply(401, json.dumps(INVALID_CLIENT).encode())
        return
    token = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": TOKEN}
    await exchange.reply(200, json.dumps(token).encode())


async def draw(exchange: Exchange, delay: float) -> None:
    seen = exchange.seen
    if "forbidden" in seen.asked["prompt"]:
        await exchange.reply(400, json.dumps(FILTERED).encode())
    elif images.is_streamed(seen):
        await paced(images.frames(seen), delay)(exchange)
    else:
        exchange.bill()
        await exchange.reply(200, json.dumps(images.whole(seen)).encode())


ANSWERS = {
    "images/generations": draw,
    "images/edits": draw,
    "chat/completions": converse,
    "audio/speech": speak,
    "audio/transcriptions": write_down,
    "audio/translations": write_down,
}


def answering(delay: float = 0.0, *, lists: bool = True) -> Scenario:
    """What each path is answered with: both kinds of address, each with the version it needs."""

    async def answer(exchange: Exchange) -> None:
        seen = exchange.seen
        path = urlsplit(seen.path).path
        classic, v1 = CLASSIC.fullmatch(path), V1.fullmatch(path)
        if path == f"/{TENANT}/oauth2/v2.0/token":
            await grant(exchange)
        elif seen.headers.get("api-key") != KEY and seen.headers.get("authorization") != f"Bearer {TOKEN}":
            await exchange.reply(401, json.dumps(DENIED).encode())
        elif path == "/openai/deployments" and lists and version(seen):
            rows = [
                {"id": name, "model": model, "object": "deployment"} for name, model in DEPLOYMENTS.items()
            ]
            await exchange.reply(200, json.dumps({"data": rows, "object": "list"}).encode())
        elif path in ("/openai/models", "/openai/v1/models"):
            await exchange.reply(200, json.dumps({"data": [{"id": "gpt-4o"}], "object": "list"}).encode())
        elif classic and version(seen) and classic["path"] in ANSWERS:
            if classic["deployment"] not in DEPLOYMENTS:
                await exchange.reply(404, json.dumps(NO_DEPLOYMENT).encode())
                return
            await ANSWERS[classic["path"]](exchange, delay)
        elif v1 and v1["path"] in ANSWERS and (version(seen) or not v1["path"].startswith(PREVIEWS)):
            await ANSWERS[v1["path"]](exchange, delay)
        else:
            await exchange.reply(404, json.dumps(NOT_FOUND).encode())

    return answer


if __name__ == "__main__":
    serve(__doc__, answering, "")
