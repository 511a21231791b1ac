"""A `multipart/form-data` body with one file, read from disk piece by piece."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson

from core.contract.errors import InvalidRequest
from core.contract.transcription import AudioFile

PIECE = 256 * 1024
NAME = re.compile(r"[\w.\[\]-]{1,200}")
"""Names may come from callers: nothing in them may end a header."""

Pairs = list[tuple[str, str]]
"""Names and values of a form; a name may be repeated."""


class FormBody:
    """The body as an async iterable of bytes; iterating again sends it again."""

    def __init__(self, fields: Sequence[tuple[str, str]], file: AudioFile) -> None:
        """Raises `InvalidRequest` for a field name that a form cannot carry."""
        self.boundary = f"polyphony-{secrets.token_hex(16)}"
        self._file = file
        self._head = b"".join(self._field(name, value) for name, value in fields) + (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            f"Content-Type: {file.media_type}\r\n\r\n"
        ).encode("ascii")
        self._tail = f"\r\n--{self.boundary}--\r\n".encode()

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(len(self._head) + self._file.size + len(self._tail)),
        }

    def _field(self, name: str, value: str) -> bytes:
        if not NAME.fullmatch(name):
            raise InvalidRequest(
                "An option's name has characters that a form cannot carry.", param="provider"
            )
        head = f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        return head.encode() + value.encode(errors="replace") + b"\r\n"

    def __aiter__(self) -> AsyncIterator[bytes]:
        return FormBodyReader(self._head, self._file.path, self._tail)


class FormBodyReader:
    """Opens the file anew for each piece, so that a broken connection leaves no open file.

    It ends right after its last piece: an answer may follow at once, and by then the body counts as sent.
    """

    def __init__(self, head: bytes, path: str, tail: bytes) -> None:
        self._next = head
        self._path = path
        self._tail = tail
        self._at = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._next:
            piece, self._next = self._next, b""
            return piece
        if not self._tail:
            raise StopAsyncIteration
        piece = await asyncio.to_thread(read_at, self._path, self._at)
        self._at += len(piece)
        if piece:
            return piece
        piece, self._tail = self._tail, b""
        return piece


def read_at(path: str, at: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(at)
        return file.read(PIECE)


def pairs(name: str, value: Any) -> Pairs:
    """A field as the clients of ElevenLabs and Mistral write it: a list repeats the bare name, an object is
    JSON."""
    if isinstance(value, list | tuple):
        return [pair for each in value for pair in pairs(name, each)]
    if isinstance(value, Mapping):
        return [(name, orjson.dumps(dict(value), default=dict).decode())]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [] if value is None else [(name, str(value))]
