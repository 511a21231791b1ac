"""Values of a request as literals of Python, JavaScript and JSON; files on disk stand for base64."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 96
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file beside the program, in a body as a data URL of `media_type`, or as bare base64 without one."""

    name: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a programming language writes JSON values; `words` are its null and booleans."""

    file: Callable[[SampleFile], str]
    key: Callable[[str], str]
    words: Mapping[Any, str]
    open: str = "{"
    close: str = "}"

    def literal(self, value: Any, indent: int = 0) -> str:
        """`value` in one line where it fits, else one entry per line; `indent` is that of its first line."""
        if isinstance(value, SampleFile):
            return self.file(value)
        if isinstance(value, Mapping):
            entries = [
                f"{self.key(name)}: {self.literal(inner, indent + 4)}" for name, inner in value.items()
            ]
            return self.bracketed(entries, self.open, self.close, indent)
        if isinstance(value, list | tuple):
            return self.bracketed([self.literal(inner, indent + 4) for inner in value], "[", "]", indent)
        if value is None or isinstance(value, bool):
            return self.words[value]
        return json_text(value) if isinstance(value, str) else repr(value)

    def bracketed(self, entries: list[str], opening: str, closing: str, indent: int) -> str:
        line = ", ".join(entries)
        if not entries:
            return opening.strip() + closing.strip()
        if "\n" not in line and indent + len(line) < WIDTH:
            return f"{opening}{line}{closing}"
        pad = " " * (indent + 4)
        lines = "".join(f"{pad}{entry},\n" for entry in entries)
        return f"{opening.strip()}\n{lines}{' ' * indent}{closing.strip()}"


def python_file(file: SampleFile) -> str:
    call = f"base64_of({json_text(file.name)})"
    return f"{json_text(f'data:{file.media_type};base64,')} + {call}" if file.media_type else call


def javascript_file(file: SampleFile) -> str:
    call = f'readFileSync({json_text(file.name)}, "base64")'
    return f"{json_text(f'data:{file.media_type};base64,')} + {call}" if file.media_type else call


def javascript_key(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else json_text(name)


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def python_literal(value: Any) -> str:
    """A Python literal; strings in double quotes as JSON writes them, which Python reads alike."""
    return json_text(value) if isinstance(value, str) else repr(value)


def python_arguments(body: Mapping[str, Any], indent: int = 4) -> str:
    """Keyword arguments, one per line."""
    return "\n".join(f"{' ' * indent}{name}={python_literal(value)}," for name, value in body.items())


PYTHON = Syntax(python_file, json_text, {None: "None", True: "True", False: "False"})
JAVASCRIPT = Syntax(javascript_file, javascript_key, {None: "null", True: "true", False: "false"}, "{ ", " }")


def files(value: Any) -> Iterator[SampleFile]:
    """Every file in `value`, in order."""
    if isinstance(value, SampleFile):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from files(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from files(inner)


def json_pieces(value: Any) -> list[str | SampleFile]:
    """`value` as JSON, split where the base64 of a file belongs."""
    found = list(files(value))
    marks = {id(file): f"\ue000{number}\ue001" for number, file in enumerate(found)}

    def with_marks(inner: Any) -> Any:
        if isinstance(inner, SampleFile):
            head = f"data:{inner.media_type};base64," if inner.media_type else ""
            return head + marks[id(inner)]
        if isinstance(inner, Mapping):
            return {name: with_marks(each) for name, each in inner.items()}
        return [with_marks(each) for each in inner] if isinstance(inner, list | tuple) else inner

    pieces: list[str | SampleFile] = []
    rest = json.dumps(with_marks(value), ensure_ascii=False, indent=None if found else 2)
    for file in found:
        before, _, rest = rest.partition(marks[id(file)])
        pieces += [before, file]
    return [*pieces, rest]
