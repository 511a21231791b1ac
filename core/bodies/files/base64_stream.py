"""A JSON body that holds files: read in pieces, base64 decoded on the way, the files never held whole."""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

from core.bodies.json_object import invalid_json, parse_json_object
from core.contract.errors import TooLarge

LONG = 64 * 1024
"""Bytes of base64 that stay where they are."""

MOST_REST = 24 * 1024 * 1024
MOST_FILES = 64
MOST_PLACES = 20_000
PLACE = re.compile(
    rb'"(?:data|file_data|image_url|input_audio|result|url|video_url)"[ \t\r\n]{0,64}:[ \t\r\n]{0,64}"'
)
"""The beginning of a string where a file may stand. Inside of a string no quote is bare, so none of these."""

LONGEST_PLACE = 160
BEGINNING = re.compile(
    rb"(data:(?:[^,\"\\]|\\/){0,200};base64,)?(?:[a-z0-9+/=]|\\[/nrt]){1000}", re.IGNORECASE
)
"""What a file begins like; one in another spelling is read too, only not on the way."""

LONGEST_MARKED = 512
"""Characters of a string with a mark: the beginning of a data URL and the mark itself."""

BACKSLASH = ord("\\")
WHITE = b" \t\r\n"

Sink = Callable[[bytes], None]


class Base64Decoder:
    """Base64 in pieces. `broken` once it turned out not to be; escaped slashes and white space are fine."""

    def __init__(self, sink: Sink) -> None:
        self.broken = False
        self._sink = sink
        self._rest = b""
        self._padded = False

    def feed(self, piece: bytes) -> None:
        if self.broken:
            return
        if b"\\" in piece:
            piece = piece.replace(b"\\/", b"/").replace(b"\\n", b"").replace(b"\\r", b"").replace(b"\\t", b"")
        if b" " in piece:
            piece = piece.translate(None, WHITE)
        piece = self._rest + piece
        whole = len(piece) - len(piece) % 4
        self._rest = piece[whole:]
        self._decode(piece[:whole])

    def end(self) -> None:
        self._decode(self._rest)

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


def escaped(data: bytes | bytearray, start: int, at: int) -> bool:
    """Whether the byte at `at` follows an odd number of backslashes; nothing before `start` counts."""
    before = at
    while before > start and data[before - 1] == BACKSLASH:
        before -= 1
    return (at - before) % 2 == 1


class InlineFileReader:
    """Feed it the body; `end` gives its fields, in which a mark stands for the base64 of every long file.

    `opened` is called with the mark of each and tells where its bytes go; a data URL keeps what is before
    its base64. Strings that do not begin like a file, or stand where none can, stay as long as they are.
    """

    def __init__(self, opened: Callable[[str], Sink], *, most: int = MOST_FILES) -> None:
        self.files: dict[str, Base64Decoder] = {}
        self._opened = opened
        self._most = most
        self._secret = secrets.token_hex(16)
        self._rest = bytearray()
        self._carry = b""
        self._places = 0
        self._held: bytearray | None = None
        self._file: Base64Decoder | None = None

    def feed(self, data: bytes) -> None:
        """Raises `InvalidRequest` when too much is left beside the files, `TooLarge` for too many files."""
        data = self._carry + data
        self._carry = b""
        at = 0
        while at < len(data):
            if self._file is not None:
                at = self._divert(self._file, data, at)
            elif self._held is not None:
                at = self._hold(self._held, data, at)
            else:
                at = self._search(data, at)
        if len(self._rest) > MOST_REST:
            raise invalid_json("The body is too long beside its files.")

    def end(self) -> dict[str, Any]:
        """The body's fields. Raises `InvalidRequest` when it is not JSON; decodes what is left at once, so
        call it in a thread."""
        return parse_json_object(bytes(self._rest + (self._held or b"") + self._carry))

    def _search(self, data: bytes, at: int) -> int:
        """To the next place of a file; the end of `data` is kept, for it may be the beginning of one."""
        found = PLACE.search(data, at)
        if found is None:
            whole = max(at, len(data) - LONGEST_PLACE)
            self._rest += data[at:whole]
            self._carry = data[whole:]
            return len(data)
        self._rest += data[at : found.end()]
        self._held = bytearray()
        self._places += 1
        if self._places > MOST_PLACES:
            raise invalid_json(f"The body has more than {MOST_PLACES:,} places of files.")
        return found.end()

    def _hold(self, held: bytearray, data: bytes, at: int) -> int:
        """Until a string ends or turns out to be long: base64 has no quotes, not even escaped ones."""
        end = min(len(data), at + LONG + 1 - len(held))
        quote = data.find(b'"', at, end)
        held += data[at : end if quote < 0 else quote]
        if quote < 0 and len(held) <= LONG:
            return end
        self._held = None
        if quote < 0 and escaped(held, 0, len(held)):  # both halves of it go the same way
            end -= 1
            del held[-1]
        beginning = BEGINNING.match(held) if quote < 0 else None
        if beginning is None:
            self._rest += held
        else:
            self._begin(bytes(held), len(beginning[1] or b""))
        return end if quote < 0 else quote

    def _begin(self, held: bytes, prefix: int) -> None:
        if len(self.files) >= self._most:
            raise TooLarge(f"The body has more files than the {self._most} that are taken.")
        mark = f"file-{self._secret}-{len(self.files)}"
        self._file = self.files[mark] = Base64Decoder(self._opened(mark))
        self._rest += held[:prefix] + mark.encode()
        self._file.feed(held[prefix:])

    def _divert(self, file: Base64Decoder, data: bytes, at: int) -> int:
        quote = data.find(b'"', at)
        while quote >= 0 and escaped(data, at, quote):
            quote = data.find(b'"', quote + 1)
        if quote >= 0:
            file.feed(data[at:quote])
            file.end()
            self._file = None
            return quote
        end = len(data)
        if escaped(data, at, end):  # by a backslash whose second half is in the next piece
            end -= 1
            self._carry = data[end:]
        file.feed(data[at:end])
        return len(data)


def restore_placeholders(value: Any, marks: Collection[str], text: Callable[[str], str]) -> Any:
    """`value` with `text(mark)` in place of every mark in it; the part of a string before its mark stays.

    For files in fields that take none. `text` is called only for the marks that are found.
    """
    if isinstance(value, str):
        return restore_string(value, marks, text) if len(value) <= LONGEST_MARKED else value
    if isinstance(value, Mapping):
        return {name: restore_placeholders(inner, marks, text) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(restore_placeholders(inner, marks, text) for inner in value)
    return value


def restore_string(value: str, marks: Collection[str], text: Callable[[str], str]) -> str:
    for mark in marks:
        if value.endswith(mark):
            return value.removesuffix(mark) + text(mark)
    return value
