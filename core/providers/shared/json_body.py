"""JSON bodies: files in a request are read from disk and encoded to base64 piece by piece."""

from __future__ import annotations

import asyncio
import os
import secrets
from binascii import b2a_base64
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson

from core.contract.chat import Media
from core.contract.errors import InvalidRequest
from core.providers.shared.json_text import parse
from core.providers.shared.surrogates import clean

PIECE = 768 * 1024
"""Bytes read and encoded in one go, in a thread. A multiple of 3: base64 of such pieces can be joined."""
BARE = (b'"data":"', b'"input_audio":"')
"""What precedes a file whose base64 has no `data:` in front: in OpenAI's `input_audio` and in Mistral's."""

BodyPart = bytes | Media


def encode(body: Mapping[str, Any]) -> bytes | JsonBody:
    """`body` as JSON, streamed if it has a `Media`. Raises `InvalidRequest` for what JSON cannot carry."""
    found: list[Media] = []
    mark = ""

    def default(value: Any) -> Any:
        nonlocal mark
        if isinstance(value, Media):
            mark = mark or secrets.token_hex(16)
            found.append(value)
            return mark
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeError

    try:
        text = orjson.dumps(body, default, orjson.OPT_PASSTHROUGH_DATACLASS)
    except orjson.JSONEncodeError:
        failure = InvalidRequest("The request has characters or values that JSON cannot carry.")
    else:
        return JsonBody(body_parts(text.split(mark.encode()), found)) if found else text
    raise failure


def decode(body: bytes) -> Any:
    """The JSON value of an answer's `body`; None for its NaN and Infinity. Raises `UpstreamInvalid`."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    return clean(parse(body))


def body_parts(texts: Sequence[bytes], files: Sequence[Media]) -> list[BodyPart]:
    """JSON and files alternately, each file after the start of its data URL."""
    first, *rest = texts
    found: list[BodyPart] = []
    before = first
    for media, after in zip(files, rest, strict=True):
        label = b"" if before.endswith(BARE) else f"data:{media.media_type};base64,".encode()
        found += (before + label, media)
        before = after
    return [*found, before]


class JsonBody:
    """The body as an async iterable of bytes; iterating again sends it again."""

    def __init__(self, parts: Sequence[BodyPart]) -> None:
        self._parts = parts

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Length": str(sum(map(length, self._parts)))}

    async def check(self) -> None:
        """Raises `InvalidRequest` where a file has gone or changed since it was measured."""
        files = [part for part in self._parts if isinstance(part, Media)]
        for media, size in zip(files, await asyncio.to_thread(sizes, files), strict=True):
            if size != media.size:
                raise InvalidRequest(f"The file {media.name} is no longer there.", param="messages")

    def __aiter__(self) -> AsyncIterator[bytes]:
        return JsonBodyReader(self._parts)


class JsonBodyReader:
    """Opens the file anew for each piece of it, so that a broken connection leaves no open file."""

    def __init__(self, parts: Sequence[BodyPart]) -> None:
        self._parts = iter(parts)
        self._media: Media | None = None
        self._at = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while self._media is None:
            part = next(self._parts, None)
            if part is None:
                raise StopAsyncIteration
            if isinstance(part, bytes):
                return part
            self._media, self._at = (part, 0) if part.size else (None, 0)
        media, at = self._media, self._at
        self._at += PIECE
        if self._at >= media.size:
            self._media = None
        return await asyncio.to_thread(encode_piece, media, at)


def length(part: BodyPart) -> int:
    return len(part) if isinstance(part, bytes) else -(-part.size // 3) * 4


def sizes(files: Sequence[Media]) -> list[int]:
    """Their sizes on disk, -1 for a file that is not there."""
    return [os.path.getsize(media.path) if os.path.isfile(media.path) else -1 for media in files]


def encode_piece(media: Media, at: int) -> bytes:
    """Base64 of up to `PIECE` bytes from `at`; never more than the Content-Length allows."""
    with open(media.path, "rb") as file:
        file.seek(at)
        return b2a_base64(file.read(min(PIECE, media.size - at)), newline=False)
