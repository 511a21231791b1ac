"""Messages as Google's `contents`: the turns of `user` and `model`, each a list of parts.

https://ai.google.dev/api/caching#Content

System messages become one instruction, results of tools turns of the user. Files are inline as base64; those
that are too large for a request are uploaded in their place by `files`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from core.contract.chat import FILE_FIELDS, Media
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.route import Target
from core.providers.gemini.chat.signatures import Signatures
from core.providers.gemini.chat.tool_calls import call_part, result_part

Message = Mapping[str, Any]
Part = dict[str, Any]

SYSTEM = ("system", "developer")
TOOLS = ("tool", "function")
MIME_TYPES = {"audio/mpeg": "audio/mp3"}
"""Google's names where they are others. https://ai.google.dev/gemini-api/docs/audio#supported-formats"""


def contents(messages: Sequence[Message], target: Target) -> dict[str, Any]:
    """`contents`, and `systemInstruction` where there is one. Raises `InvalidRequest`, `Unsupported`."""
    system = [part for one in messages if one["role"] in SYSTEM for part in content_parts(one, target)]
    turns: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for message in messages:
        role, parts = turn(message, target, names)
        if role and parts:
            if turns and turns[-1]["role"] == role:
                turns[-1]["parts"] += parts
            else:
                turns.append({"role": role, "parts": parts})
    if not turns:
        raise InvalidRequest("Google needs a message of the user.", param="messages")
    return {**({"systemInstruction": {"parts": system}} if system else {}), "contents": turns}


def turn(message: Message, target: Target, names: dict[str, str]) -> tuple[str, list[Part]]:
    """Role and parts of a message; `names` are those of the called functions by the ids of their calls."""
    role = message["role"]
    if role in SYSTEM:
        return "", []
    if role in TOOLS:
        return "user", [result_part(message, names)]
    if role == "assistant":
        return "model", answer_parts(message, target, names)
    return "user", list(content_parts(message, target))


def answer_parts(message: Message, target: Target, names: dict[str, str]) -> list[Part]:
    """An earlier answer: its text, pictures and calls, each with its signature."""
    signatures = Signatures(message.get("reasoning_details"), target)
    parts = [*content_parts(message, target), *content_parts({"content": message.get("images")}, target)]
    if parts and "text" in parts[-1]:
        parts[-1] |= signatures.of_text()
    calls = message.get("tool_calls")
    for place, call in enumerate(calls if isinstance(calls, list | tuple) else ()):
        part, id = call_part(call, names)
        parts.append({**part, **signatures.of_call(id, first=place == 0)})
    return parts


def content_parts(message: Message, target: Target) -> Iterator[Part]:
    content = message.get("content")
    if isinstance(content, str):
        if content:
            yield {"text": content}
        return
    for part in content if isinstance(content, list | tuple) else ():
        yield from parts_of(part, target)


def parts_of(part: Message, target: Target) -> Iterator[Part]:
    """The part in Google's shape; none for an empty text, which is refused there."""
    kind = part["type"]
    if kind in FILE_FIELDS:
        _, key = FILE_FIELDS[kind]
        yield file_part(part[kind].get(key), kind, target)
    elif text := part.get(kind):
        yield {"text": text}


def file_part(content: Media | str | None, kind: str, target: Target) -> Part:
    """A file inline, or its address where Google fetches it.

    Ids and addresses of files at Google are refused: with our key they would reach anybody's.
    """
    if isinstance(content, Media):
        return {"inlineData": {"mimeType": mime_type(content.media_type), "data": content}}
    if content is None or urlsplit(content).hostname == urlsplit(target.base_url).hostname:
        raise Unsupported("Files at Google cannot be referred to: send the file itself.", param="messages")
    return {"fileData": {"fileUri": content}}


def mime_type(media_type: str) -> str:
    return MIME_TYPES.get(media_type, media_type)
