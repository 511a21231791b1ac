"""The transcripts of the fake provider, in the format that is requested, whole or as events."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.fakes.provider import Exchange, Scenario

TEXT = "Ask not what your country can do for you. Ask what you can do for your country."
SECONDS = 6.0
SEGMENTS = [
    {"id": 0, "start": 0.0, "end": 3.0, "text": " Ask not what your country can do for you."},
    {"id": 1, "start": 3.5, "end": 6.0, "text": " Ask what you can do for your country."},
]
MEASURES = {
    "seek": 0,
    "tokens": [50364, 400],
    "temperature": 0.2,
    "avg_logprob": -0.2,
    "compression_ratio": 1.1,
    "no_speech_prob": 0.01,
}
"""Of Whisper, in each segment of `verbose_json`."""

TOKENS = {
    "type": "tokens",
    "input_tokens": 60,
    "input_token_details": {"text_tokens": 0, "audio_tokens": 60},
    "output_tokens": 20,
    "total_tokens": 80,
}
DURATION = {"type": "duration", "seconds": 6}


def words() -> list[dict[str, Any]]:
    """Words without punctuation, as Whisper reports them, evenly spread over their segments."""
    found = []
    for segment in SEGMENTS:
        spoken = segment["text"].replace(".", "").split()
        step = (segment["end"] - segment["start"]) / len(spoken)
        for at, word in enumerate(spoken):
            start = segment["start"] + at * step
            found.append({"word": word, "start": round(start, 3), "end": round(start + step, 3)})
    return found


def value(exchange: Exchange, usage: object) -> dict[str, Any]:
    """The object for the response_format that was asked for."""
    fields = exchange.seen.asked
    granularities = [text for name, text in exchange.seen.form if name == "timestamp_granularities[]"]
    translates = exchange.seen.path.endswith("/translations")
    match fields.get("response_format", "json"):
        case "verbose_json":
            return {
                "task": "translate" if translates else "transcribe",
                "language": "english",
                "duration": SECONDS,
                "text": TEXT,
                "segments": [{**segment, **MEASURES} for segment in SEGMENTS],
                **({"words": words()} if "word" in granularities else {}),
                "usage": usage,
            }
        case "diarized_json":
            return {
                "task": "transcribe",
                "duration": SECONDS,
                "text": TEXT,
                "segments": diarized(),
                "usage": usage,
            }
    found: dict[str, Any] = {"text": TEXT, "usage": usage}
    if wants_logprobs(exchange):
        found["logprobs"] = [token(word) for word in TEXT.split()]
    return found


def wants_logprobs(exchange: Exchange) -> bool:
    """Whether log probabilities were requested."""
    return ("include[]", "logprobs") in exchange.seen.form


def token(word: str) -> dict[str, Any]:
    return {"token": word, "logprob": -0.25, "bytes": list(word.encode())}


def diarized() -> list[dict[str, Any]]:
    return [
        {**segment, "type": "transcript.text.segment", "id": f"seg_{at}", "speaker": "AB"[at]}
        for at, segment in enumerate(SEGMENTS)
    ]


def transcript(usage: object = DURATION) -> Scenario:
    """The transcript at once; events where `stream` asks for them."""

    async def answer(exchange: Exchange) -> None:
        if exchange.seen.asked.get("stream") == "true":
            await streamed(TOKENS)(exchange)
            return
        exchange.bill()
        await exchange.reply(200, json.dumps(value(exchange, usage)).encode())

    return answer


def frame(event: object) -> bytes:
    return f"data: {json.dumps(event)}\r\n\r\n".encode()


def deltas(*, logprobs: bool = False) -> list[bytes]:
    first, *rest = TEXT.split(" ")
    pieces = [first, *(f" {word}" for word in rest)]
    return [
        frame({"type": "transcript.text.delta", "delta": piece, **logprobs_of(piece, logprobs)})
        for piece in pieces
    ]


def logprobs_of(piece: str, logprobs: bool) -> dict[str, Any]:
    return {"logprobs": [token(piece.strip())]} if logprobs else {}


def streamed(usage: object, then: str = "end", count: int | None = None, delay: float = 0.0) -> Scenario:
    """The first `count` words one by one, then `then`: end, drop, reset, error or silence."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        logprobs = wants_logprobs(exchange)
        await exchange.head(content_type="text/event-stream; charset=utf-8")
        for piece in deltas(logprobs=logprobs)[:count]:
            await exchange.chunk(piece)
            await asyncio.sleep(delay)
        await close(exchange, usage, then)

    return answer


async def close(exchange: Exchange, usage: object, then: str) -> None:
    if then == "end":
        for segment in diarized() if exchange.seen.asked.get("response_format") == "diarized_json" else ():
            await exchange.chunk(frame(segment))
        await exchange.chunk(frame({"type": "transcript.text.done", "text": TEXT, "usage": usage}))
        await exchange.chunk(b"data: [DONE]\r\n\r\n")
        await exchange.end()
    elif then == "error":
        await exchange.chunk(frame({"type": "error", "error": {"message": "It broke.", "code": 500}}))
        await exchange.end()
    elif then == "silence":
        await exchange.silence()
    else:
        await asyncio.sleep(0.02)  # let what was written arrive before the cut
        getattr(exchange, then)()


TRANSCRIPTION_SCENARIOS: dict[str, Scenario] = {
    "whisper": transcript(),
    "by-token": transcript(TOKENS),
    "heard-slowly": streamed(TOKENS, delay=0.2),
    "heard-then-cut": streamed(TOKENS, then="drop", count=4),
    "heard-then-error": streamed(TOKENS, then="error", count=4),
}
