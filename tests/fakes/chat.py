"""The chat answers of the fake provider: what the request asks for, whole or as events.

Plain words; reasoning where an effort is asked for; a call of the first tool; sound with its transcript; a
picture. As OpenAI writes them, and OpenRouter what OpenAI has no word for.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from core.contract.audio import AudioFormat
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.server_sent_events import DONE, frame, paced

ID = "chatcmpl-Fake123"
MODEL = "fake-4o-2026-01-01"
FINGERPRINT = "fp_fake"
CREATED = 1_700_000_000
TEXT = "The quick brown fox jumps over the lazy dog."
THOUGHTS = "A fox. It jumps."
ARGUMENTS = '{"city": "Zürich"}'
SECONDS = 0.5
EXPIRES = 1_700_003_600
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGO4IaMGAAMAAR6GZ8BjAAAAAElFTkSuQmCC"
)
USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 10,
    "total_tokens": 22,
    "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 2,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
COUNTED = re.compile(r"words-(\d{1,5})(?:-at-(\d{1,4}))?")

Asked = dict[str, Any]
Delta = dict[str, Any]


def pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def words(count: int) -> str:
    """So many words of 60 bytes a frame or so, no two alike."""
    return " ".join(f"word{number}" for number in range(count))


def chat(
    text: str = TEXT, usage: object = USAGE, delay: float = 0.0, count: int | None = None, then: str = "end"
) -> Scenario:
    """The answer to what is asked; streamed, `count` frames of it, ended as `then` says."""

    async def answer(exchange: Exchange) -> None:
        asked = exchange.seen.json
        if asked.get("stream"):
            await paced(frames(asked, text, usage)[:count], delay, then)(exchange)
            return
        exchange.bill()
        await exchange.reply(200, json.dumps(whole(asked, text, usage)).encode())

    return answer


def frames(asked: Asked, text: str = TEXT, usage: object = USAGE) -> list[bytes]:
    """The whole stream, frame by frame."""
    named = [frame(chunk(delta)) for delta in deltas(asked, text)]
    named.append(frame(chunk({}, finish(asked))))
    if asked.get("stream_options", {}).get("include_usage"):
        named.append(frame({**chunk({}), "choices": [], "usage": usage}))
    return [*named, DONE]


def chunk(delta: Delta, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": MODEL,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, **more}],
        "usage": None,
        "obfuscation": "x7Kq",
    }


def deltas(asked: Asked, text: str = TEXT) -> list[Delta]:
    """What each chunk brings, in order."""
    found: list[Delta] = [{"role": "assistant", "content": "", "refusal": None}]
    if asked.get("reasoning") or asked.get("reasoning_effort"):
        found += [{"reasoning": piece} for piece in pieces(THOUGHTS)]
    if name := tool(asked):
        return found + calling(name)
    spoken = "audio" in asked.get("modalities", ())
    found += speaking(text) if spoken else [{"content": piece} for piece in pieces(text)]
    return found + ([{"images": [picture()]}] if "image" in asked.get("modalities", ()) else [])


def calling(name: str) -> list[Delta]:
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    rest = [{"index": 0, "function": {"arguments": piece}} for piece in re.findall(".{1,5}", ARGUMENTS)]
    return [{"tool_calls": [call]} for call in (first, *rest)]


def speaking(text: str) -> list[Delta]:
    """A name first, transcript and sound by turns, the day it expires last."""
    said = pieces(text)
    heard = slices(audio_bytes(AudioFormat.PCM, SECONDS), len(said))
    found: list[Delta] = [{"audio": {"id": "audio_1", "transcript": ""}}]
    for word, piece in zip(said, heard, strict=True):
        found.append({"audio": {"transcript": word}})
        found.append({"audio": {"data": base64.b64encode(piece).decode()}})
    return [*found, {"audio": {"expires_at": EXPIRES}}]


def picture() -> dict[str, Any]:
    url = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
    return {"type": "image_url", "index": 0, "image_url": {"url": url}}


def tool(asked: Asked) -> str:
    """The first function offered, unless the last message already brings what one found."""
    if not asked.get("tools") or asked["messages"][-1]["role"] == "tool":
        return ""
    return str(asked["tools"][0].get("function", {}).get("name", ""))


def finish(asked: Asked) -> str:
    return "tool_calls" if tool(asked) else "stop"


def whole(asked: Asked, text: str = TEXT, usage: object = USAGE) -> dict[str, Any]:
    """A `chat.completion` object with as many choices as `n` asks for."""
    message = {"role": "assistant", **spoken(asked, text), "refusal": None, "annotations": []}
    if asked.get("reasoning") or asked.get("reasoning_effort"):
        message["reasoning"] = THOUGHTS
    if name := tool(asked):
        function = {"name": name, "arguments": ARGUMENTS}
        message |= {
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        }
    elif "image" in asked.get("modalities", ()):
        message["images"] = [picture()]
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": finish(asked)}
        for index in range(asked.get("n", 1))
    ]
    return {
        "id": ID,
        "object": "chat.completion",
        "created": CREATED,
        "model": MODEL,
        "choices": choices,
        "usage": usage,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def spoken(asked: Asked, text: str) -> dict[str, Any]:
    if "audio" not in asked.get("modalities", ()):
        return {"content": text}
    form = asked.get("audio", {}).get("format", "wav")
    data = audio_bytes(AudioFormat("pcm" if form == "pcm16" else form), SECONDS)
    encoded = base64.b64encode(data).decode()
    audio = {"id": "audio_1", "data": encoded, "expires_at": EXPIRES, "transcript": text}
    return {"content": None, "audio": audio}


async def parrot(exchange: Exchange) -> None:
    """Tells back the last text it was told, word for word."""
    content = exchange.seen.json["messages"][-1].get("content") or ""
    parts = content if isinstance(content, list) else [{"text": content}]
    await chat("\n".join(part["text"] for part in parts if "text" in part) or "I was told nothing.")(exchange)


def counted(name: str) -> Scenario | None:
    """`words-200`: so many deltas at once; `words-200-at-20`: twenty of them a second."""
    found = COUNTED.fullmatch(name)
    if not found:
        return None
    return chat(words(int(found[1])), delay=1 / int(found[2]) if found[2] else 0.0)


CHAT_SCENARIOS: dict[str, Scenario] = {"parrot": parrot, "chat-slowly": chat(delay=0.05)}
