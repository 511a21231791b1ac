"""Damage to a recorded body: bytes flipped, lines dropped and doubled, an end too early, borders anywhere."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st


class Mutated(NamedTuple):
    """A damaged body in the pieces in which it arrives; nothing before the byte `intact` was changed."""

    pieces: list[bytes]
    intact: int

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


def line_borders(body: bytes) -> list[int]:
    """Where lines begin, and the end."""
    return [0, *(at + 1 for at, byte in enumerate(body) if byte == ord("\n"))]


@st.composite
def mutated(draw: st.DrawFn, body: bytes) -> Mutated:
    """`body` with up to three faults, cut into chunks at up to eight places."""
    intact = len(body)
    for _ in range(draw(st.integers(0, 3))):
        body, at = draw(st.one_of(flipped(body), line_dropped(body), line_doubled(body), cut(body)))
        intact = min(intact, at)
    places = draw(st.lists(st.integers(0, len(body)), max_size=8))
    pieces = [body[a:b] for a, b in pairwise(sorted({0, len(body), *places})) if a < b]
    return Mutated(pieces, intact)


@st.composite
def flipped(draw: st.DrawFn, body: bytes) -> tuple[bytes, int]:
    if not body:
        return body, 0
    at, mask = draw(st.integers(0, len(body) - 1)), draw(st.integers(1, 255))
    return body[:at] + bytes([body[at] ^ mask]) + body[at + 1 :], at


@st.composite
def line_dropped(draw: st.DrawFn, body: bytes) -> tuple[bytes, int]:
    start, end = draw(st.sampled_from([*pairwise(line_borders(body)), (0, 0)]))
    return body[:start] + body[end:], start


@st.composite
def line_doubled(draw: st.DrawFn, body: bytes) -> tuple[bytes, int]:
    start, end = draw(st.sampled_from([*pairwise(line_borders(body)), (0, 0)]))
    return body[:end] + body[start:end] + body[end:], end


@st.composite
def cut(draw: st.DrawFn, body: bytes) -> tuple[bytes, int]:
    at = draw(st.integers(0, len(body)))
    return body[:at], at
