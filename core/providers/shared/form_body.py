"""A `multipart/form-data` body with files, read from disk piece by piece."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Protocol

import orjson

from core.contract.errors import InvalidRequest

PIECE = 256 * 1024
NAME = re.compile(r"[\w.\[\]-]{1,200}")
"""Names may come from callers: nothing in them may end a header."""

Pairs = list[tuple[str, str]]
"""Names and values of a form; a name may be repeated."""


class File(Protocol):
    """A file on disk; `name` is safe to send, `size` its bytes."""

    @property
    def path(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def size(self) -> int: ...


class FormBody:
    """The body as an async iterable of bytes; iterating again sends it again."""

    def __init__(self, fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, File]]) -> None:
        """Text fields, then files under their names. Raises `InvalidRequest` for a field name that a form
        cannot carry."""
        self.boundary = f"polyphony-{secrets.token_hex(16)}"
        self._size = sum(file.size for _, file in files)
        parts: list[bytes | PurePath] = [b"".join(self._field(name, value) for name, value in fields)]
        for name, file in files:
            parts += (self._file_head(name, file), PurePath(file.path), b"\r\n")
        self._parts = [*parts, f"--{self.boundary}--\r\n".encode()]

    @property
    def headers(self) -> dict[str, str]:
        texts = sum(len(part) for part in self._parts if isinstance(part, bytes))
        return {
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(texts + self._size),
        }

    def _field(self, name: str, value: str) -> bytes:
        if not NAME.fullmatch(name):
            raise InvalidRequest(
                "An option's name has characters that a form cannot carry.", param="provider"
            )
        head = f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        return head.encode() + value.encode(errors="replace") + b"\r\n"

    def _file_head(self, name: str, file: File) -> bytes:
        return (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
            f"Content-Type: {file.media_type}\r\n\r\n"
        ).encode("ascii")

    def __aiter__(self) -> AsyncIterator[bytes]:
        return FormBodyReader(joined(self._parts))


def joined(parts: Sequence[bytes | PurePath]) -> list[bytes | PurePath]:
    """The parts with neighbouring texts in one, without empty ones."""
    found: list[bytes | PurePath] = []
    for part in parts:
        if isinstance(part, bytes) and found and isinstance(last := found[-1], bytes):
            found[-1] = last + part
        else:
            found.append(part)
    return [part for part in found if part]


class FormBodyReader:
    """Opens a file anew for each piece, so that a broken connection leaves no open file.

    It ends right after its last piece: an answer may follow at once, and by then the body counts as sent.
    """

    def __init__(self, parts: Sequence[bytes | PurePath]) -> None:
        self._parts = list(reversed(parts))
        self._at = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while self._parts:
            part = self._parts[-1]
            if isinstance(part, bytes):
                self._parts.pop()
                return part
            piece = await asyncio.to_thread(read_at, str(part), self._at)
            self._at += len(piece)
            if piece:
                return piece
            self._parts.pop()
            self._at = 0
        raise StopAsyncIteration


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
