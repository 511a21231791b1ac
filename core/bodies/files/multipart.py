"""Reads a `multipart/form-data` body piece by piece; its files are not held in memory."""

from __future__ import annotations

import re
from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from core.contract.errors import InvalidRequest

MOST_PARTS = 128
LONGEST_NAME = 256
LONGEST_HEADER = 16 * 1024
"""Bytes; the name of a file may be long, and is not used."""
LONGEST_FIELD = 4 * 1024 * 1024
MOST_FIELD_BYTES = 16 * 1024 * 1024
FILE = "file"
NO_FILE_NAME = (
    "The part named {name} has no file name, so that it counts as text: send its Content-Disposition "
    'with filename="…" (any name).'
)
Sink = Callable[[bytes], None]
ENCODED_NAME = re.compile(rb";\s*filename\*\s*=", re.IGNORECASE)
"""A file name that is not ASCII, as RFC 5987 writes it; some clients send no other."""


def one_file(sink: Sink) -> Callable[[str], Sink]:
    """What opens the file of a form that has one. Raises `InvalidRequest` for a second."""
    opened: list[str] = []

    def open_file(name: str) -> Sink:
        if opened:
            raise InvalidRequest("Send one file at a time.", param=name)
        opened.append(name)
        return sink

    return open_file


class MultipartReader:
    """Feed it the body; the bytes of a file go to the sink that `open_file` returns for its field.

    `fields` are the names of fields with files, the required one first; `x`, `x[]` and `x[0]` are one field.
    `pairs` are the text fields in order, `files` is the number of files. Raises `InvalidRequest` for a
    malformed form, for one beyond the limits, and for a file in another field.
    """

    def __init__(
        self, content_type: str, open_file: Callable[[str], Sink], fields: tuple[str, ...] = (FILE,)
    ) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.files = 0
        self._fields = fields
        self._open = open_file
        self._sink: Sink | None = None
        self._parts = 0
        self._text_bytes = 0
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._name = ""
        self._text: bytearray | None = None
        self._ended = False
        self._parser = self._new_parser(content_type)

    def feed(self, data: bytes) -> None:
        if self._ended:
            return  # the epilogue of a multipart body has no meaning
        try:
            self._parser.write(data)
        except FormParserError:
            failure = invalid_form("The body is not a valid form.")
        else:
            return
        raise failure

    def end(self) -> None:
        """Raises `InvalidRequest` when the last boundary is missing."""
        if not self._ended:
            raise invalid_form("The form ends in the middle.")

    def require_file(self) -> None:
        """Raises `InvalidRequest` where the form had no file."""
        if not self.files:
            name = self._fields[0]
            raise InvalidRequest(f"{name} is required.", param=name, code="missing_field")

    def _new_parser(self, content_type: str) -> MultipartParser:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise invalid_form("The Content-Type names no boundary.")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_end,
                    "on_end": self._end,
                },
                max_header_size=LONGEST_HEADER,
            )
        except FormParserError:
            failure = invalid_form("The boundary is too long.")
        raise failure

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise invalid_form(f"The form has more than {MOST_PARTS} parts.")
        self._disposition = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"")
        if kind != b"form-data" or not name or len(name) > LONGEST_NAME:
            raise invalid_form("A part of the form has no name, or a very long one.")
        self._name = decode_text(name, "A name in the form")
        self._text = None if b"filename" in options or ENCODED_NAME.search(self._disposition) else bytearray()
        field = self._name.partition("[")[0]
        if self._text is None:
            self._open_file(field)
        elif field in self._fields:
            raise InvalidRequest(NO_FILE_NAME.format(name=field), param=field, code="missing_file_name")

    def _open_file(self, field: str) -> None:
        if field not in self._fields:
            names = " or ".join(self._fields)
            raise InvalidRequest(f"A file must be in the field named {names}.", param=self._fields[0])
        self._sink = self._open(field)
        self.files += 1

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._text is None:
            assert self._sink is not None  # opened with the headers of the part
            self._sink(piece)
            return
        self._text += piece
        self._text_bytes += len(piece)
        if len(self._text) > LONGEST_FIELD or self._text_bytes > MOST_FIELD_BYTES:
            raise InvalidRequest("A field of the form is too long.", param=self._name[:LONGEST_NAME])

    def _part_end(self) -> None:
        if self._text is not None:
            self.pairs.append((self._name, decode_text(bytes(self._text), self._name)))

    def _end(self) -> None:
        self._ended = True


def decode_text(text: bytes, what: str) -> str:
    """UTF-8 without NUL; `what` names the text in the `InvalidRequest` for any other."""
    try:
        found = text.decode()
    except UnicodeDecodeError:
        found = "\0"
    if "\0" in found:
        raise invalid_form(f"{what} is not valid UTF-8 text.")
    return found


def invalid_form(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="invalid_form")
