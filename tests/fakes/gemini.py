"""Answers of Google's Gemini API, as it writes them: one object, or server-sent events with CRLF.

The shapes are those of recorded answers: counts in every event, at Vertex AI in the last one only; a zero
count without its number; the signature of a thought beside the last text or the call.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from core.contract.audio import AudioFormat
from tests.fakes import images
from tests.fakes.audio import audio_bytes, slices

ID = "gmdmaZiTM_qnnsEPhtnwmA0"
MODEL = "gemini-fake-001"
TEXT = "The quick brown fox jumps over the lazy dog."
THOUGHTS = "**A fox**\n\nIt jumps.\n\n\n"
SIGNATURE = base64.b64encode(b"what was thought").decode()
L16 = "audio/L16;codec=pcm;rate=24000"
SECONDS = 0.5
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGO4IaMGAAMAAR6GZ8BjAAAAAElFTkSuQmCC"
)

Part = dict[str, Any]
PNG = images.png()


def counts(prompt: int, candidates: int, thoughts: int = 0, **more: Any) -> dict[str, Any]:
    """`usageMetadata` of text."""
    found = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "totalTokenCount": prompt + candidates + thoughts,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
    }
    return {**found, **({"thoughtsTokenCount": thoughts} if thoughts else {}), **more}


USAGE = counts(12, 8, 2)
SPEECH_USAGE = counts(
    7, 13, candidatesTokensDetails=[{"modality": "AUDIO", "tokenCount": 13}], serviceTier="standard"
)
TRANSCRIPT_USAGE = {
    "promptTokenCount": 210,
    "candidatesTokenCount": 20,
    "totalTokenCount": 230,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 18}, {"modality": "AUDIO", "tokenCount": 192}],
}

IMAGE_USAGE = counts(8, 1_303, candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 1_290}])
EDIT_USAGE = {
    **IMAGE_USAGE,
    "promptTokenCount": 266,
    "totalTokenCount": 1_569,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 8}, {"modality": "IMAGE", "tokenCount": 258}],
}


def chunk(
    *parts: Part, finish: str = "", usage: dict[str, Any] | None = None, **candidate: Any
) -> dict[str, Any]:
    """One object of an answer, with one candidate."""
    content = {"content": {"parts": list(parts), "role": "model"}} if parts else {}
    ended = {"finishReason": finish} if finish else {}
    value = {"candidates": [{**content, **ended, "index": 0, **candidate}], "modelVersion": MODEL}
    return {**value, **({"usageMetadata": usage} if usage else {}), "responseId": ID}


def thought(text: str) -> Part:
    return {"text": text, "thought": True}


def inline(data: bytes, mime_type: str) -> Part:
    return {"inlineData": {"mimeType": mime_type, "data": base64.b64encode(data).decode()}}


def call(name: str, args: dict[str, Any], **more: Any) -> Part:
    return {"functionCall": {"name": name, "args": args, **more}, "thoughtSignature": SIGNATURE}


def text_chunks(text: str = TEXT) -> list[dict[str, Any]]:
    """The objects of a streamed answer with thoughts."""
    words = text.split(" ")
    half = len(words) // 2
    first, rest = " ".join(words[:half]), " " + " ".join(words[half:])
    return [
        chunk(thought(THOUGHTS), usage={"promptTokenCount": 12, "totalTokenCount": 12}),
        chunk({"text": first}, usage=counts(12, 4, 2)),
        chunk({"text": rest, "thoughtSignature": SIGNATURE}, finish="STOP", usage=USAGE),
    ]


def whole_text(text: str = TEXT) -> dict[str, Any]:
    return chunk(thought(THOUGHTS), {"text": text}, finish="STOP", usage=USAGE)


def speech_chunks(count: int = 3) -> list[dict[str, Any]]:
    pieces = slices(audio_bytes(AudioFormat.PCM, SECONDS), count)
    return [
        *(chunk(inline(piece, L16), usage={"promptTokenCount": 7, "totalTokenCount": 7}) for piece in pieces),
        chunk(finish="STOP", usage=SPEECH_USAGE),
    ]


def whole_speech() -> dict[str, Any]:
    return chunk(inline(audio_bytes(AudioFormat.PCM, SECONDS), L16), finish="STOP", usage=SPEECH_USAGE)


def image_chunks() -> list[dict[str, Any]]:
    """A streamed answer: a few words, a sketch that is a thought, the picture, the end."""
    sketch = {**inline(images.png(1), "image/png"), "thought": True}
    return [
        chunk({"text": "Here is a red square."}, usage={"promptTokenCount": 8, "totalTokenCount": 8}),
        chunk(sketch),
        chunk(inline(PNG, "image/png"), usage={"promptTokenCount": 8, "totalTokenCount": 8}),
        chunk(finish="STOP", usage=IMAGE_USAGE),
    ]


def whole_image(usage: dict[str, Any] = IMAGE_USAGE) -> dict[str, Any]:
    return chunk({"text": "Here it is."}, inline(PNG, "image/png"), finish="STOP", usage=usage)


def edited_image() -> dict[str, Any]:
    return whole_image(EDIT_USAGE)


def transcript_chunks(text: str = TEXT) -> list[dict[str, Any]]:
    words = text.split(" ")
    first, rest = " ".join(words[:3]), " " + " ".join(words[3:])
    return [chunk({"text": first}), chunk({"text": rest}, finish="STOP", usage=TRANSCRIPT_USAGE)]


def frames(values: list[dict[str, Any]]) -> list[bytes]:
    return [b"data: " + json.dumps(value).encode() + b"\r\n\r\n" for value in values]


def body(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


def error(code: int, message: str, status: str, *details: dict[str, Any]) -> dict[str, Any]:
    """An error page."""
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}
