"""An entry of the cache: the events of one answer, of which request they are, and how long they count.

As bytes: a mark, a SHA-256 of the rest, the length of a JSON object, that object, then the bytes of sound and
pictures one after the other. Whatever is not exactly that is no entry.
"""

from __future__ import annotations

import hashlib
import json
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.contract.events import Event
from core.routing.cache.events import Plain, decode, encode, lengths
from core.routing.cache.key import VERSION

MARK = b"answer" + bytes([0, VERSION])
HEAD = struct.Struct(">8s32sI")


@dataclass(frozen=True, slots=True)
class Entry:
    """`source` is the generation id of the request that was charged, `provider` the slug of who answered it;
    times in seconds since 1970."""

    source: str
    provider: str
    stored: float
    seconds: int
    events: tuple[Event, ...]

    @property
    def expires(self) -> float:
        return self.stored + self.seconds

    @property
    def age(self) -> int:
        """Whole seconds since the answer was made."""
        return max(0, int(time.time() - self.stored))


def pack(key: str, entry: Entry) -> bytes:
    """The entry as bytes. Raises `TypeError` and `ValueError` where an event has what JSON has not."""
    blobs: list[bytes] = []
    events = [found for event in entry.events if (found := encode(event, blobs)) is not None]
    head = {
        "key": key,
        "source": entry.source,
        "provider": entry.provider,
        "stored": entry.stored,
        "seconds": entry.seconds,
        "events": events,
    }
    text = json.dumps(head, separators=(",", ":"), allow_nan=False, default=plain_mapping).encode()
    rest = b"".join((text, *blobs))
    return HEAD.pack(MARK, hashlib.sha256(rest).digest(), len(text)) + rest


def plain_mapping(value: Any) -> Any:
    if hasattr(value, "items"):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def unpack(key: str, data: bytes) -> Entry | None:
    """The entry of `key`; None for anything else: broken, foreign, of another version, or expired."""
    try:
        return read(key, data)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, struct.error):
        return None


def read(key: str, data: bytes) -> Entry | None:
    mark, digest, size = HEAD.unpack_from(data)
    rest = memoryview(data)[HEAD.size :]
    if mark != MARK or hashlib.sha256(rest).digest() != digest:
        return None
    head = json.loads(bytes(rest[:size]))
    if head["key"] != key:
        return None
    found: list[Plain] = head["events"]
    blobs = cut(rest[size:], list(lengths(found)))
    events = tuple(decode(event, blobs) for event in found)
    entry = Entry(head["source"], head["provider"], head["stored"], head["seconds"], events)
    return entry if time.time() < entry.expires else None


def cut(data: memoryview, sizes: Sequence[int]) -> Iterator[bytes]:
    """`data` in pieces of these sizes. Raises `ValueError` unless they are all of it."""
    if sum(sizes) != len(data) or any(size < 0 for size in sizes):
        raise ValueError("the bytes of an entry do not fit its events")
    start, pieces = 0, []
    for size in sizes:
        pieces.append(bytes(data[start : start + size]))
        start += size
    return iter(pieces)
