"""Values of a request as Python, JavaScript or JSON spells them; files on disk stand where base64 goes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 96
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class File:
    """A file beside the program; with a `media_type` it stands as a data URL, without as bare base64."""

    name: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one language writes what JSON has."""

    file: Callable[[File], str]
    key: Callable[[str], str]
    words: Mapping[Any, str]
    open: str = "{"
    close: str = "}"

    def of(self, value: Any, indent: int = 0) -> str:
        """`value` in one line where it fits, else an entry a line, `indent` being that of its own line."""
        if isinstance(value, File):
            return self.file(value)
        if isinstance(value, Mapping):
            entries = [f"{self.key(name)}: {self.of(inner, indent + 4)}" for name, inner in value.items()]
            return self.gathered(entries, self.open, self.close, indent)
        if isinstance(value, list | tuple):
            return self.gathered([self.of(inner, indent + 4) for inner in value], "[", "]", indent)
        if value is None or isinstance(value, bool):
            return self.words[value]
        return text(value) if isinstance(value, str) else repr(value)

    def gathered(self, entries: list[str], opening: str, closing: str, indent: int) -> str:
        line = ", ".join(entries)
        if not entries:
            return opening.strip() + closing.strip()
        if "\n" not in line and indent + len(line) < WIDTH:
            return f"{opening}{line}{closing}"
        pad = " " * (indent + 4)
        lines = "".join(f"{pad}{entry},\n" for entry in entries)
        return f"{opening.strip()}\n{lines}{' ' * indent}{closing.strip()}"


def python_file(file: File) -> str:
    call = f"base64_of({text(file.name)})"
    return f"{text(f'data:{file.media_type};base64,')} + {call}" if file.media_type else call


def script_file(file: File) -> str:
    call = f'readFileSync({text(file.name)}, "base64")'
    return f"{text(f'data:{file.media_type};base64,')} + {call}" if file.media_type else call


def script_key(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else text(name)


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


PYTHON = Spelling(python_file, text, {None: "None", True: "True", False: "False"})
SCRIPT = Spelling(script_file, script_key, {None: "null", True: "true", False: "false"}, "{ ", " }")


def files(value: Any) -> Iterator[File]:
    """Every file in `value`, in order."""
    if isinstance(value, File):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from files(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from files(inner)


def json_pieces(value: Any) -> list[str | File]:
    """`value` as JSON, cut where the base64 of a file belongs."""
    found = list(files(value))
    marks = {id(file): f"\ue000{number}\ue001" for number, file in enumerate(found)}

    def marked(inner: Any) -> Any:
        if isinstance(inner, File):
            head = f"data:{inner.media_type};base64," if inner.media_type else ""
            return head + marks[id(inner)]
        if isinstance(inner, Mapping):
            return {name: marked(each) for name, each in inner.items()}
        return [marked(each) for each in inner] if isinstance(inner, list | tuple) else inner

    pieces: list[str | File] = []
    rest = json.dumps(marked(value), ensure_ascii=False, indent=None if found else 2)
    for file in found:
        before, _, rest = rest.partition(marks[id(file)])
        pieces += [before, file]
    return [*pieces, rest]
