"""Groq's answers where they are not OpenAI's, as its documentation and its Python package describe them.

`python -m tests.fakes.groq` serves them on their own.
"""

from __future__ import annotations

import argparse
import json
import threading
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat
from tests.fakes import chat, transcription
from tests.fakes.audio import audio_bytes
from tests.fakes.provider import Exchange, Provider, Scenario
from tests.fakes.server_sent_events import frame

ID = "req_01jbd6g2qdfw2adyrt2az8hz4w"
PATH = "/openai/v1"
USAGE = {
    "queue_time": 0.04,
    "prompt_tokens": 12,
    "prompt_time": 0.001,
    "completion_tokens": 10,
    "completion_time": 0.02,
    "total_tokens": 22,
    "total_time": 0.021,
}
LIMITS = {
    "x_ratelimit_remaining_requests": "14370",
    "x_ratelimit_reset_requests": "2m59.56s",
    "x_ratelimit_remaining_tokens": "0",
    "x_ratelimit_reset_tokens": "7.66s",
}
"""Headers of a refusal whose minute has no tokens left: https://console.groq.com/docs/rate-limits."""


def chat_frames(asked: dict[str, Any]) -> list[bytes]:
    """The last event has the usage: https://console.groq.com/docs/api-reference#chat-create."""
    frames = chat.frames({**asked, "stream_options": {}})
    last = {**chat.chunk({}, "stop"), "x_groq": {"id": ID, "usage": USAGE}}
    return [*frames[:-2], frame(last), frames[-1]]


def transcript(form: dict[str, Any]) -> bytes:
    """Without a usage: https://console.groq.com/docs/speech-to-text."""
    value: dict[str, Any] = {"text": transcription.TEXT, "x_groq": {"id": ID}}
    if form.get("response_format") == "verbose_json":
        value |= {"task": "transcribe", "language": "English", "duration": transcription.SECONDS}
        value |= {"segments": transcription.SEGMENTS}
    return json.dumps(value).encode()


def answering() -> Scenario:
    """What each path is answered with."""

    async def answer(exchange: Exchange) -> None:
        seen = exchange.seen
        path = seen.path.removeprefix(PATH)
        exchange.bill()
        if path == "/audio/speech":
            await exchange.reply(200, audio_bytes(AudioFormat(seen.json["response_format"])), "audio/wav")
        elif path.startswith("/audio/"):
            await exchange.reply(200, transcript(seen.asked))
        elif seen.json.get("stream"):
            await exchange.head(content_type="text/event-stream")
            for piece in chat_frames(seen.json):
                await exchange.chunk(piece)
            await exchange.end()
        else:
            await exchange.reply(200, json.dumps({**chat.whole(seen.json), "usage": USAGE}).encode())

    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--bills", type=Path)
    options = parser.parse_args()
    scenario = answering()
    with Provider(lambda name: scenario, options.bills, port=options.port) as provider:
        print(provider.url.removesuffix("/v1") + PATH, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
