"""A JSON body that holds a file: read in pieces, its base64 decoded on the way, never held whole."""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Callable
from typing import Any

from core.bodies.decoding import decode, refused
from core.contract.errors import InvalidRequest, Unsupported

LONG = 4 * 1024 * 1024
"""Strings up to here stay where they are; one longer string is taken to be the file."""

MOST_REST = 24 * 1024 * 1024
MOST_STRINGS = 5000
BACKSLASH = ord("\\")
PREFIX = re.compile(rb"data:[^,]{0,200};base64,")
LONGEST_PREFIX = 256
FILE = "input_audio.data"


class Base64Reader:
    """Base64 in pieces. `broken` once it turned out not to be; escaped slashes and line breaks are fine."""

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        self.broken = False
        self._sink = sink
        self._rest = b""
        self._began = False
        self._padded = False

    def feed(self, piece: bytes) -> None:
        if b"\\" in piece:
            piece = piece.replace(b"\\/", b"/").replace(b"\\n", b"").replace(b"\\r", b"")
        piece = self._rest + piece
        if not self._began:
            if len(piece) < LONGEST_PREFIX:
                self._rest = piece
                return
            piece = self._start(piece)
        whole = len(piece) - len(piece) % 4
        self._rest = piece[whole:]
        self._decode(piece[:whole])

    def end(self) -> None:
        rest = self._rest if self._began else self._start(self._rest)
        self._decode(rest)

    def _start(self, piece: bytes) -> bytes:
        self._began = True
        found = PREFIX.match(piece)
        return piece[found.end() :] if found else piece

    def _decode(self, piece: bytes) -> None:
        if self.broken or not piece:
            return
        try:
            if self._padded:
                raise ValueError("more after the padding")
            data = binascii.a2b_base64(piece, strict_mode=True)
        except ValueError:
            self.broken = True
            return
        self._padded = piece.endswith(b"=")
        self._sink(data)


def escaped(data: bytes, start: int, at: int) -> bool:
    """Whether the byte at `at` follows an odd number of backslashes; nothing before `start` counts."""
    before = at
    while before > start and data[before - 1] == BACKSLASH:
        before -= 1
    return (at - before) % 2 == 1


class InlineReader:
    """Feed it the body; `end` gives its fields, `input_audio` without the data, which went to the sink."""

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        self._sink = sink
        self._rest = bytearray()
        self._in_string = False
        self._start = 0
        self._strings = 0
        self._carry = b""
        self._file: Base64Reader | None = None
        self._mark = f"file-{secrets.token_hex(16)}".encode()

    def feed(self, data: bytes) -> None:
        """Raises `InvalidRequest` when too much is left beside the file."""
        data = self._carry + data
        self._carry = b""
        at = 0
        while at < len(data):
            at = self._string(data, at) if self._in_string else self._between(data, at)
        if len(self._rest) > MOST_REST:
            raise refused("The body is too long beside the file.")

    def end(self) -> dict[str, Any]:
        """The body's fields. Raises `InvalidRequest` when it is not JSON or holds no file; decodes up to
        `LONG` bytes, so call it in a thread."""
        fields = decode(bytes(self._rest + self._carry))
        audio = fields.get("input_audio")
        if not isinstance(audio, dict):
            text = "must be an object with data and format." if "input_audio" in fields else "is required."
            raise InvalidRequest(f"input_audio {text}", param="input_audio", code="missing_field")
        self._settle(audio)
        return {name: value for name, value in fields.items() if name != "input_audio"}

    def _between(self, data: bytes, at: int) -> int:
        quote = data.find(b'"', at)
        end = len(data) if quote < 0 else quote + 1
        self._rest += data[at:end]
        if quote >= 0:
            self._in_string = True
            self._start = len(self._rest)
            self._strings += 1
            if self._strings > MOST_STRINGS:
                raise refused(f"The body has more than {MOST_STRINGS:,} strings.")
        return end

    def _string(self, data: bytes, at: int) -> int:
        quote = data.find(b'"', at)
        while quote >= 0 and escaped(data, at, quote):
            quote = data.find(b'"', quote + 1)
        if quote >= 0:
            self._take(data[at:quote])
            self._close()
            self._rest += b'"'
            return quote + 1
        end = len(data)
        if escaped(data, at, end):  # by a backslash whose second half is in the next piece
            end -= 1
            self._carry = data[end:]
        self._take(data[at:end])
        return len(data)

    def _take(self, content: bytes) -> None:
        if self._diverting:
            assert self._file is not None
            self._file.feed(content)
            if self._file.broken:
                raise broken()
            return
        self._rest += content
        if len(self._rest) - self._start > LONG and self._file is None:
            self._file = Base64Reader(self._sink)
            long = bytes(self._rest[self._start :])
            del self._rest[self._start :]
            self._rest += self._mark
            self._file.feed(long)

    @property
    def _diverting(self) -> bool:
        return self._file is not None and self._rest.endswith(self._mark)

    def _close(self) -> None:
        self._in_string = False
        if self._diverting:
            assert self._file is not None
            self._file.end()

    def _settle(self, audio: dict[str, Any]) -> None:
        data = audio.get("data")
        if "url" in audio and data is None:
            raise Unsupported("Addresses are not fetched: send input_audio.data.", param="input_audio.url")
        if not isinstance(data, str):
            raise InvalidRequest(f"{FILE} must be a base64 string.", param=FILE, code="missing_field")
        if self._file is None:
            self._file = Base64Reader(self._sink)
            self._file.feed("".join(data.split()).encode())
            self._file.end()
        elif data != self._mark.decode():
            raise InvalidRequest(f"A string beside {FILE} is longer than {LONG:,} bytes.")
        if self._file.broken:
            raise broken()


def broken() -> InvalidRequest:
    return InvalidRequest(f"{FILE} is not valid base64.", param=FILE, code="invalid_base64")
