"""Reads a JSON body with files in base64 piece by piece and decodes them on the way.

A file that is decoded is never in memory whole. Short strings, and long ones that do not look like base64,
stay in the body as they are.
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

from core.bodies.json_object import invalid_json, parse_json_object
from core.contract.errors import TooLarge

LONG = 64 * 1024
"""A string of at most so many bytes stays in the body."""

MOST_REST = 24 * 1024 * 1024
"""Bytes of a body beside its files."""

MOST_FILES = 64
MOST_PLACES = 20_000
"""Strings of a body in fields that may hold a file."""

FILE_FIELD = re.compile(
    rb'"(?:data|file_data|image_url|input_audio|result|url|video_url)"[ \t\r\n]{0,64}:[ \t\r\n]{0,64}"'
)
"""The name of a field that may hold a file, up to the opening quote of its string.

It cannot match inside of a string, where every quote is escaped.
"""

IMAGE_FIELD = re.compile(
    rb'(?:"(?:image|image_url|mask|url)"[ \t\r\n]{0,64}:[ \t\r\n]{0,64}"'
    rb'|[\[,][ \t\r\n]{0,64}"(?=[^"]{16}))'
)
"""The same for images, which may also stand in lists: a string of at least 16 characters, so that none of
the names above is taken for one. Behind a comma it may match the end of a string: what is held then is no
base64, and the next quote ends it."""

LONGEST_FIELD_NAME = 160
FILE_START = re.compile(
    rb"(data:(?:[^,\"\\]|\\/){0,200};base64,)?(?:[a-z0-9+/=]|\\[/nrt]){1000}", re.IGNORECASE
)
"""The beginning of a file that is decoded on the way. Base64 with other escapes stays in the body."""

LONGEST_REPLACED = 512
"""Characters of a string with a placeholder: the beginning of a data URL and the placeholder."""

BACKSLASH = ord("\\")
WHITE = b" \t\r\n"

Sink = Callable[[bytes], None]


class Base64Decoder:
    """Decodes base64 in pieces as it stands in a JSON string, with escaped slashes and white space.

    The decoded bytes go to `sink`. `broken` is set once it turns out to be no base64; decoding ends there.
    """

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


def is_escaped(data: bytes | bytearray, start: int, at: int) -> bool:
    """Whether the byte at `at` follows an odd number of backslashes; nothing before `start` counts."""
    before = at
    while before > start and data[before - 1] == BACKSLASH:
        before -= 1
    return (at - before) % 2 == 1


class InlineFileReader:
    """Feed it the body; `end` gives its fields, with a placeholder for the base64 of every long file.

    `opened` is called with the placeholder of each file and returns the sink of its bytes. A data URL keeps
    what stands before its base64. `files` are the decoders by placeholder. `field` matches the beginning of
    a string that may be a file.
    """

    def __init__(
        self, opened: Callable[[str], Sink], *, most: int = MOST_FILES, field: re.Pattern[bytes] = FILE_FIELD
    ) -> None:
        self.files: dict[str, Base64Decoder] = {}
        self._opened = opened
        self._most = most
        self._field = field
        self._secret = secrets.token_hex(16)
        self._rest = bytearray()
        self._carry = b""
        self._places = 0
        self._held: bytearray | None = None
        self._file: Base64Decoder | None = None

    def feed(self, data: bytes) -> None:
        """Raises `InvalidRequest` for too many bytes beside the files, `TooLarge` for too many files."""
        data = self._carry + data
        self._carry = b""
        at = 0
        while at < len(data):
            if self._file is not None:
                at = self._read_file(self._file, data, at)
            elif self._held is not None:
                at = self._hold(self._held, data, at)
            else:
                at = self._search(data, at)
        if len(self._rest) > MOST_REST:
            raise invalid_json("The body is too long beside its files.")

    def end(self) -> dict[str, Any]:
        """The body's fields. Raises `InvalidRequest` when it is not JSON. Parsing takes time: call it in a
        thread."""
        return parse_json_object(bytes(self._rest + (self._held or b"") + self._carry))

    def _search(self, data: bytes, at: int) -> int:
        """Read up to the next field that may hold a file. The end of `data` is carried over: such a field may
        begin there."""
        found = self._field.search(data, at)
        if found is None:
            whole = max(at, len(data) - LONGEST_FIELD_NAME)
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
        """Read a string until it ends or turns out to be long. The first quote ends it, even an escaped one:
        base64 has none."""
        end = min(len(data), at + LONG + 1 - len(held))
        quote = data.find(b'"', at, end)
        held += data[at : end if quote < 0 else quote]
        if quote < 0 and len(held) <= LONG:
            return end
        self._held = None
        if quote < 0 and is_escaped(held, 0, len(held)):  # an escape must not be divided
            end -= 1
            del held[-1]
        beginning = FILE_START.match(held) if quote < 0 else None
        if beginning is None:
            self._rest += held
        else:
            self._begin_file(bytes(held), len(beginning[1] or b""))
        return end if quote < 0 else quote

    def _begin_file(self, held: bytes, prefix: int) -> None:
        if len(self.files) >= self._most:
            raise TooLarge(f"The body has more files than the {self._most} that are taken.")
        placeholder = f"file-{self._secret}-{len(self.files)}"
        self._file = self.files[placeholder] = Base64Decoder(self._opened(placeholder))
        self._rest += held[:prefix] + placeholder.encode()
        self._file.feed(held[prefix:])

    def _read_file(self, file: Base64Decoder, data: bytes, at: int) -> int:
        """Feed a file up to the end of its string; a backslash at the end of `data` is carried over."""
        quote = data.find(b'"', at)
        while quote >= 0 and is_escaped(data, at, quote):
            quote = data.find(b'"', quote + 1)
        if quote >= 0:
            file.feed(data[at:quote])
            file.end()
            self._file = None
            return quote
        end = len(data)
        if is_escaped(data, at, end):
            end -= 1
            self._carry = data[end:]
        file.feed(data[at:end])
        return len(data)


def restore_placeholders(value: Any, placeholders: Collection[str], text: Callable[[str], str]) -> Any:
    """`value` with `text(placeholder)` for every placeholder; what stands before it in a string stays.

    For files in fields that take none and are relayed. `text` is called only for placeholders found.
    """
    if isinstance(value, str):
        return restore_string(value, placeholders, text) if len(value) <= LONGEST_REPLACED else value
    if isinstance(value, Mapping):
        return {name: restore_placeholders(inner, placeholders, text) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(restore_placeholders(inner, placeholders, text) for inner in value)
    return value


def restore_string(value: str, placeholders: Collection[str], text: Callable[[str], str]) -> str:
    for placeholder in placeholders:
        if value.endswith(placeholder):
            return value.removesuffix(placeholder) + text(placeholder)
    return value
