"""Mistral's answers as its documentation, its Python package and recorded ones show them.

Strict as Mistral is: a field that it does not know is refused with 422. `python -m tests.fakes.mistral`
serves them on their own.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.contract.audio import AudioFormat
from tests.fakes.audio import audio_bytes, slices
from tests.fakes.provider import Exchange, Scenario, Seen, serve
from tests.fakes.server_sent_events import DONE, frame

SECONDS = 0.5
CHUNKS = 5
ID = "01a01a71-bef4-7ad2-a544-d8ed26e8a7c5"
TEXT = "Ask not what. Ask what you can do."
DURATION = 6
PASSAGES = [("Ask not what.", 0.0, 2.5, "speaker_1"), ("Ask what you can do.", 3.5, 5.6, "speaker_2")]
ANSWER = "The quick brown fox."
THOUGHTS = "A fox. It jumps."
CHAT_USAGE = {"prompt_tokens": 12, "completion_tokens": 10, "total_tokens": 22}
AUDIO_USAGE = {
    "prompt_audio_seconds": DURATION,
    "prompt_tokens": 12,
    "completion_tokens": 10,
    "total_tokens": 397,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 375},
}
TRANSCRIPT_USAGE = {
    "prompt_audio_seconds": DURATION,
    "prompt_tokens": 3,
    "total_tokens": 389,
    "completion_tokens": 11,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 375},
    "service_tier": "standard",
}
SPEECH_USAGE = {"prompt_tokens": 7, "completion_tokens": 13, "total_tokens": 20}
CALL_ID = re.compile(r"[A-Za-z0-9]{9}")

FIELDS = {
    "/v1/chat/completions": frozenset((
        *("model", "messages", "temperature", "top_p", "top_k", "max_tokens", "min_tokens", "stop", "stream"),
        *("random_seed", "n", "metadata", "response_format", "tools", "tool_choice", "parallel_tool_calls"),
        *("prediction", "logprobs", "top_logprobs", "presence_penalty", "frequency_penalty"),
        *("repetition_penalty", "reasoning_effort", "prompt_mode", "prompt_cache_key", "guardrails"),
        *("safe_prompt", "service_tier"),
    )),
    "/v1/audio/speech": frozenset((
        *("model", "input", "voice", "voice_id", "response_format", "stream", "ref_audio", "metadata"),
        *("expressiveness", "phoneme_hints", "prompt_cache_key"),
    )),
    "/v1/audio/transcriptions": frozenset((
        *("model", "file", "language", "temperature", "diarize", "context_bias", "speaker_references"),
        *("timestamp_granularities", "stream"),
    )),
}  # fmt: skip
ROLES = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", "prefix"},
    "tool": {"role", "content", "tool_call_id", "name"},
}
PARTS = {
    "text": {"text"},
    "image_url": {"image_url"},
    "input_audio": {"input_audio"},
    "document_url": {"document_url", "document_name"},
    "thinking": {"thinking"},
    "file": {"file_id"},
}
VOICES = [
    {
        "name": f"Paul - {mood}",
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "slug": f"en_paul_{mood}",
        "languages": ["en_us"],
        "gender": "male",
        "tags": [mood],
        "type": "preset",
        "created_at": "2026-03-26T00:00:00Z",
        "user_id": None,
    }
    for number, mood in enumerate(["neutral", "happy"] + [f"mood{at}" for at in range(100)])
] + [
    {
        "name": "Mira",
        "id": "5f0c2e9a-0000-4000-8000-00000000abcd",
        "slug": "mira",
        "languages": [],
        "type": "custom",
        "created_at": "2026-09-01T00:00:00Z",
        "user_id": "u-1",
    }
]


def capable(**able: bool) -> dict[str, bool]:
    return {"completion_chat": False, "function_calling": False, "vision": False, **able}


MODELS = [
    {"id": "voxtral-small-2507", "type": "base", "max_context_length": 32768, "aliases": [],
     "deprecation": "2027-02-28T12:00:00Z", "deprecation_replacement_model": "magistral-medium-2509",
     "capabilities": capable(completion_chat=True, function_calling=True, audio=True)},
    {"id": "magistral-medium-2509", "type": "base", "max_context_length": 131072, "aliases": [],
     "name": "Magistral Medium", "capabilities": capable(completion_chat=True, vision=True, reasoning=True)},
    {"id": "voxtral-mini-2602", "type": "base", "aliases": [], "deprecation": None,
     "capabilities": capable(audio_transcription=True)},
    {"id": "voxtral-mini-tts-2603", "type": "base", "aliases": [],
     "capabilities": capable(audio_speech=True)},
    {"id": "mistral-embed", "type": "base", "aliases": [], "capabilities": capable()},
]  # fmt: skip


def headers(seen: Seen) -> dict[str, str]:
    found = {"mistral_correlation_id": ID}
    if urlsplit(seen.path).path == "/v1/audio/speech":
        found["x_ratelimit_input_characters_query_cost"] = str(len(seen.json.get("input", "")))
    return found


def sound(asked: dict[str, Any]) -> bytes:
    """The sound in the format that is asked for; `pcm` as floating-point numbers."""
    audio = AudioFormat(asked.get("response_format", "mp3"))
    data = audio_bytes(audio, SECONDS)
    return floats(data) if audio is AudioFormat.PCM else data


def floats(data: bytes) -> bytes:
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    return struct.pack(f"<{len(samples)}f", *(each / 32767 for each in samples))


def whole_speech(asked: dict[str, Any]) -> bytes:
    return json.dumps({"audio_data": base64.b64encode(sound(asked)).decode()}).encode()


def speech_frames(asked: dict[str, Any]) -> list[bytes]:
    deltas = [
        event("speech.audio.delta", audio_data=base64.b64encode(piece).decode())
        for piece in slices(sound(asked), CHUNKS)
    ]
    return [*deltas, event("speech.audio.done", usage=SPEECH_USAGE)]


def event(name: str, **fields: Any) -> bytes:
    return frame({"type": name, **fields}, name)


def passages(form: dict[str, Any]) -> list[dict[str, Any]]:
    """Words or passages, whichever times are asked for; none without."""
    wanted = form.get("timestamp_granularities")
    if wanted is None:
        return []
    given = PASSAGES if wanted == "segment" else list(words())
    return [passage(*each, form) for each in given]


def words() -> Iterator[tuple[str, float, float, str]]:
    for text, start, end, speaker in PASSAGES:
        parts = text.split()
        step = (end - start) / len(parts)
        for at, part in enumerate(parts):
            yield part, round(start + at * step, 2), round(start + (at + 1) * step, 2), speaker


def passage(text: str, start: float, end: float, speaker: str, form: dict[str, Any]) -> dict[str, Any]:
    found = {"text": text, "start": start, "end": end, "type": "transcription_segment"}
    return {**found, "speaker_id": speaker} if form.get("diarize") == "true" else found


def transcript(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": form.get("model"),
        "text": TEXT,
        "language": form.get("language"),
        "segments": passages(form),
        "usage": TRANSCRIPT_USAGE,
        "finish_reason": None,
    }


def transcript_frames(form: dict[str, Any]) -> list[bytes]:
    found = [event("transcription.language", audio_language="en")]
    given = passages(form)
    for each in given or [{"text": word + " "} for word in TEXT.split()]:
        found.append(event("transcription.text.delta", text=each["text"].strip() + " "))
        if given:
            found.append(event("transcription.segment", **{**each, "type": "transcription.segment"}))
    done = {**transcript(form), "segments": []}
    return [*found, event("transcription.done", **done)]


def chat_usage(asked: dict[str, Any]) -> dict[str, Any]:
    parts = [part for message in asked["messages"] for part in parts_of(message)]
    return AUDIO_USAGE if any(part.get("type") == "input_audio" for part in parts) else CHAT_USAGE


def parts_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def contents(asked: dict[str, Any]) -> list[Any]:
    """The content of each event: reasoning in parts, then text."""
    thinking = [
        [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]
        for piece in ("A fox. ", "It jumps.")
    ]
    texts = [ANSWER[at : at + 5] for at in range(0, len(ANSWER), 5)]
    return [*(thinking if asked.get("reasoning_effort", "none") != "none" else []), *texts]


def tool_calls(asked: dict[str, Any]) -> list[dict[str, Any]]:
    tools = asked.get("tools") or []
    called = any(message["role"] == "tool" for message in asked["messages"])
    if not tools or called:
        return []
    function = {"name": tools[0]["function"]["name"], "arguments": '{"city": "Paris"}'}
    return [{"id": "D681PevKs", "index": 0, "function": function}]


def whole_chat(asked: dict[str, Any]) -> bytes:
    calls = tool_calls(asked)
    content: Any = "" if calls else ANSWER
    if not calls and asked.get("reasoning_effort", "none") != "none":
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHTS}]}
        content = [thought, {"type": "text", "text": ANSWER}]
    message = {"role": "assistant", "content": content, "tool_calls": calls or None}
    choice = {"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}
    return json.dumps({**answer(asked), "object": "chat.completion", "choices": [choice],
                       "usage": chat_usage(asked)}).encode()  # fmt: skip


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    return {"id": ID.replace("-", ""), "model": asked.get("model"), "created": 1_700_000_000}


def chat_frames(asked: dict[str, Any]) -> list[bytes]:
    calls = tool_calls(asked)
    pieces: list[dict[str, Any]] = [{"tool_calls": calls, "content": ""}] if calls else []
    pieces = pieces or [{"content": content} for content in contents(asked)]
    found = [{"role": "assistant", "content": ""}, *pieces]
    last = {"delta": {"content": ""}, "finish_reason": "tool_calls" if calls else "stop", "index": 0}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in found
    ]
    chunks.append({"choices": [last], "usage": chat_usage(asked)})
    return [
        *(frame({**answer(asked), "object": "chat.completion.chunk", **chunk}) for chunk in chunks),
        DONE,
    ]


def unknown(path: str, seen: Seen) -> list[list[Any]]:
    """Where the request has what Mistral does not know."""
    asked = {name: None for name, _, _ in seen.parts} if path.endswith("transcriptions") else seen.json
    found: list[list[Any]] = [["body", name] for name in asked if name not in FIELDS[path]]
    for number, message in enumerate(asked.get("messages") or []):
        role = message["role"]
        found += [
            ["body", "messages", number, role, name] for name in message.keys() - ROLES.get(role, set())
        ]
        for part in parts_of(message):
            known = PARTS.get(part.get("type"), set()) | {"type"}
            found += [["body", "messages", number, role, "content", name] for name in part.keys() - known]
    return found


def refusal(seen: Seen) -> bytes | None:
    """The words for a request that is wrong; None for any other."""
    path = urlsplit(seen.path).path
    if wrong := unknown(path, seen):
        detail = [
            {"type": "extra_forbidden", "loc": at, "msg": "Extra inputs are not permitted"} for at in wrong
        ]
        return error_page({"detail": detail})
    ids = [
        call["id"] for message in seen.asked.get("messages", []) for call in message.get("tool_calls") or []
    ]
    if wrong_id := next((id for id in ids if not CALL_ID.fullmatch(id)), None):
        return error_page(f"Tool call id was {wrong_id} but must be a-z, A-Z, 0-9, with a length of 9.")
    form = {name for name, _ in seen.form} if path.endswith("transcriptions") else set()
    if {"language", "timestamp_granularities"} <= form:
        return error_page("timestamp_granularities is not compatible with language.")
    return None


def error_page(message: Any) -> bytes:
    value = {
        "object": "error",
        "message": message,
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
    return json.dumps(value).encode()


async def frames(exchange: Exchange, pieces: list[bytes], delay: float) -> None:
    await exchange.head(content_type="text/event-stream", **headers(exchange.seen))
    for piece in pieces:
        await exchange.chunk(piece)
        await asyncio.sleep(delay)
    await exchange.end()


ANSWERS = {
    "/v1/chat/completions": (whole_chat, chat_frames),
    "/v1/audio/speech": (whole_speech, speech_frames),
    "/v1/audio/transcriptions": (lambda form: json.dumps(transcript(form)).encode(), transcript_frames),
}
"""What each path answers: whole, and as events."""


def answering(delay: float = 0.0) -> Scenario:
    """What each path is answered with, a known key given."""

    async def answered(exchange: Exchange) -> None:
        seen = exchange.seen
        path = urlsplit(seen.path).path
        if not seen.headers.get("authorization", "").startswith("Bearer "):
            await exchange.reply(401, b'{"detail":"Unauthorized"}')
        elif path == "/v1/models":
            await exchange.reply(200, json.dumps({"object": "list", "data": MODELS}).encode())
        elif path in ("/v1/audio/voices", "/v2/audio/voices"):
            await exchange.reply(200, json.dumps(voices(seen)).encode())
        elif path not in ANSWERS:
            await exchange.reply(404, b'{"message":"no Route matched with those values"}')
        elif wrong := refusal(seen):
            await exchange.reply(422, wrong)
        else:
            exchange.bill()
            whole, events = ANSWERS[path]
            if seen.asked.get("stream") in (True, "true"):
                await frames(exchange, events(seen.asked), delay)
            else:
                await exchange.reply(200, whole(seen.asked), **headers(seen))

    return answered


def voices(seen: Seen) -> dict[str, Any]:
    """A page of them: by cursor, or by offset as before."""
    query = {name: values[-1] for name, values in parse_qs(urlsplit(seen.path).query).items()}
    if "/v2/" in seen.path:
        size, at = int(query.get("page_size", 10)), int(query.get("page_token", 0))
        more = str(at + size) if at + size < len(VOICES) else None
        return {"data": VOICES[at : at + size], "next_page_token": more}
    size, at = int(query.get("limit", 10)), int(query.get("offset", 0))
    pages = -(-len(VOICES) // size)
    return {"items": VOICES[at : at + size], "total": len(VOICES), "page": at // size + 1,
            "page_size": size, "total_pages": pages}  # fmt: skip


if __name__ == "__main__":
    serve(__doc__, answering)
