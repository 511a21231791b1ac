"""The protocol between the server and a worker: JSON lines to it, length-framed events and bytes from it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

HEADER = struct.Struct("!cIII")
"""Kind of frame, job it belongs to, pieces of output in it, length of the payload that follows."""

EVENT = b"J"
BYTES = b"B"
MAX_PAYLOAD = 16 * 1024 * 1024


class BrokenFrame(Exception):
    """The stream does not hold a frame: the worker died half-way or something else wrote to its output."""


@dataclass(frozen=True, slots=True)
class Frame:
    kind: bytes
    job: int
    pieces: int
    payload: bytes

    def event(self) -> dict[str, Any]:
        """The JSON object of an EVENT frame."""
        found: dict[str, Any] = json.loads(self.payload)
        return found


def pack(kind: bytes, job: int, payload: bytes, pieces: int = 0) -> bytes:
    return HEADER.pack(kind, job, pieces, len(payload)) + payload


def pack_event(job: int, fields: Mapping[str, Any]) -> bytes:
    return pack(EVENT, job, json.dumps(fields, ensure_ascii=False).encode())


def pack_command(fields: Mapping[str, Any]) -> bytes:
    """One line: `ensure_ascii` keeps every newline and lone surrogate of the text escaped."""
    return json.dumps(fields).encode() + b"\n"


def read_frame(stream: IO[bytes]) -> Frame | None:
    """The next frame, None at a clean end of the stream. Raises `BrokenFrame`."""
    head = stream.read(HEADER.size)
    if not head:
        return None
    if len(head) < HEADER.size:
        raise BrokenFrame("the header is cut short")
    kind, job, pieces, length = HEADER.unpack(head)
    if kind not in (EVENT, BYTES) or length > MAX_PAYLOAD:
        raise BrokenFrame("this is not a frame")
    payload = stream.read(length)
    if len(payload) < length:
        raise BrokenFrame("the payload is cut short")
    return Frame(kind, job, pieces, payload)
