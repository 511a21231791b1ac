"""A JSON body with files in it, sent from disk: base64 is made piece by piece and its length known before."""

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

PIECE = 192 * 1024
"""A multiple of 3 bytes: base64 of such pieces can be joined."""
BARE = b'"data":"'
"""What stands before a file in `input_audio`, the one place where base64 has no `data:` in front."""

BodyPart = bytes | Media


def encode(body: Mapping[str, Any]) -> bytes | JsonBody:
    """`body` as JSON, streamed where it has a `Media`. Raises `InvalidRequest` for what JSON cannot carry."""
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
        return JsonBody(segments(text.split(mark.encode()), found)) if found else text
    raise failure


def segments(texts: Sequence[bytes], files: Sequence[Media]) -> list[BodyPart]:
    """JSON and files by turns, each file behind what says that it is one."""
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

    def __init__(self, segments: Sequence[BodyPart]) -> None:
        self._segments = segments

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Length": str(sum(map(length, self._segments)))}

    async def check(self) -> None:
        """Raises `InvalidRequest` where a file has gone or changed since it was measured."""
        files = [segment for segment in self._segments if isinstance(segment, Media)]
        for media, size in zip(files, await asyncio.to_thread(sizes, files), strict=True):
            if size != media.size:
                raise InvalidRequest(f"The file {media.name} is no longer there.", param="messages")

    def __aiter__(self) -> AsyncIterator[bytes]:
        return JsonReader(self._segments)


class JsonReader:
    """Opens a file for each piece of it: a connection that breaks leaves nothing to close."""

    def __init__(self, segments: Sequence[BodyPart]) -> None:
        self._segments = iter(segments)
        self._media: Media | None = None
        self._at = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while self._media is None:
            segment = next(self._segments, None)
            if segment is None:
                raise StopAsyncIteration
            if isinstance(segment, bytes):
                return segment
            self._media, self._at = (segment, 0) if segment.size else (None, 0)
        media, at = self._media, self._at
        self._at += PIECE
        if self._at >= media.size:
            self._media = None
        return await asyncio.to_thread(piece, media, at)


def length(segment: BodyPart) -> int:
    return len(segment) if isinstance(segment, bytes) else -(-segment.size // 3) * 4


def sizes(files: Sequence[Media]) -> list[int]:
    """-1 for a file that cannot be asked."""
    return [os.path.getsize(media.path) if os.path.isfile(media.path) else -1 for media in files]


def piece(media: Media, at: int) -> bytes:
    """Base64 of up to `PIECE` bytes from `at`; never more than the length that was promised."""
    with open(media.path, "rb") as file:
        file.seek(at)
        return b2a_base64(file.read(min(PIECE, media.size - at)), newline=False)
