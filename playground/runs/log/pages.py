"""Events that have left memory: pages of them in a file without a name, which ends with its last user."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import finalize

import orjson

from playground.runs.log.events import TEXTUAL, Body, Numbered, Replaced
from playground.uploads.scratch import nameless_file

ReadAudio = Callable[[int, int], bytes]


class Page(NamedTuple):
    """The events numbered `first` to `last`: a JSON array of `size` bytes, with null for those left out.

    Audio is in it as its place among all audio of the run: `[offset, size]`.
    """

    first: int
    last: int
    offset: int
    size: int


class Pages:
    """The events of a run up to number `last`; `replaced` are numbers to skip. The file is made with the
    first page.

    It has no name from the beginning, so that nothing is left of it when the process dies.
    """

    def __init__(self, read_audio: ReadAudio) -> None:
        self.last = 0
        self.replaced: set[int] = set()
        self._read_audio = read_audio
        self._index: list[Page] = []
        self._file: int | None = None
        self._size = 0
        self._audio = 0

    def append(self, bodies: Sequence[Body | Replaced]) -> None:
        """Store the events after `last`. Raises `OSError` when the disk refuses: nothing is stored then."""
        audio = self._audio

        def place(body: Any) -> tuple[int, int] | None:
            nonlocal audio
            if type(body) is not bytes:
                return None
            audio += len(body)
            return audio - len(body), len(body)

        data = orjson.dumps(bodies, default=place)
        self._write(data)
        page = Page(self.last + 1, self.last + len(bodies), self._size, len(data))
        self._index.append(page)
        self._size, self._audio, self.last = self._size + len(data), audio, page.last

    def pages_from(self, number: int) -> list[Page]:
        """The page that has the event of this number, and those after it."""
        return self._index[max(0, bisect_right(self._index, number, key=lambda page: page.first) - 1) :]

    def read(self, page: Page, held: Mapping[int, Body]) -> list[Numbered]:
        """The events of a page; blocking, safe in any thread. `held` are those left out, by number."""
        return [
            (number, self._read_audio(*body) if type(body) is list else body)
            for number, body in self._stored(page, held)
        ]

    def texts(self, page: Page, held: Mapping[int, Body]) -> list[Numbered]:
        """As `read`, without audio."""
        return [pair for pair in self._stored(page, held) if type(pair[1]) in TEXTUAL]

    def _stored(self, page: Page, held: Mapping[int, Body]) -> Iterator[tuple[int, Any]]:
        """Numbers and events of a page; audio as its place."""
        assert self._file is not None
        stored = orjson.loads(os.pread(self._file, page.size, page.offset))
        for number, body in enumerate(stored, page.first):
            found = held.get(number) if body is None else body
            if found is not None and number not in self.replaced:
                yield number, found

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = nameless_file()
            finalize(self, os.close, self._file)
        done = 0
        while done < len(data):
            done += os.pwrite(self._file, data[done:], self._size + done)
