"""The samples of the documents that this program follows: found in their text at test time, never copied.

A sample is a fenced block, or where a page lost its fences a run of lines that look like code. Such a page
has also lost the indentation of its Python, which `indented` puts back.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^[ \t]*```(\w+)[^\n]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(
    r"curl |[A-Z0-9_]+=\$\(|from \w+ import |import |const |console\.|fs\.|with |for |if |print\(|[a-z_]+ = "
    r"|[a-z]+\.\w+\(|[a-z_]+\(|# |\{$|-[HFdX] |--output"
)
START = re.compile(r"curl |from openai |import base64|import \w+ from|\{$|[a-z_]+ = |with ")
CLIENTS = {
    "python": re.compile(r"^from openai import OpenAI$.*?^\)$", re.MULTILINE | re.DOTALL),
    "script": re.compile(r"^const client = new OpenAI\(\{$.*?^\}\);$", re.MULTILINE | re.DOTALL),
}
IMPORT = 'import OpenAI from "openai";'
KINDS = {"bash": "shell", "json": "json", "python": "python", "typescript": "script", "javascript": "script"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample; `kind` is python, shell, json or script (JavaScript and TypeScript)."""

    document: str
    number: int
    kind: str
    code: str

    @property
    def name(self) -> str:
        return f"{self.document}-{self.number}-{self.kind}"


def samples(folder: Path) -> Iterator[Sample]:
    """Every sample of every document in `folder`, a fragment with the client of its document."""
    for path in sorted(folder.glob("*.md")):
        text, clients = path.read_text("utf-8"), dict.fromkeys(CLIENTS, "")
        found = list(fenced(text)) or list(unfenced(text))
        for number, (kind, code) in enumerate(found, 1):
            if kind in CLIENTS:
                made = CLIENTS[kind].search(code)
                clients[kind] = clients[kind] or (made.group() if made else "")
                if "client" in code and not made:
                    code = f"{clients[kind]}\n{code}"
                    code = f"{IMPORT}\n{code}" if kind == "script" else code
            yield Sample(path.name[0], number, kind, code)


def fenced(text: str) -> Iterator[tuple[str, str]]:
    for block in FENCE.finditer(text):
        yield KINDS[block[1]], textwrap.dedent(block[2])


def unfenced(text: str) -> Iterator[tuple[str, str]]:
    """Runs of lines that look like code; a line inside brackets or quotes always does."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        inside = bool(lines) and is_open("\n".join(lines))
        if not inside and lines and (not CODE.match(line) or begins(line, lines)):
            yield kind_of(lines), indented(lines)
            lines = []
        if inside or CODE.match(line):
            lines.append(line)


def begins(line: str, before: list[str]) -> bool:
    """Whether a line of code begins another sample than the one before it."""
    if not START.match(line):
        return False
    if re.match(r"import \w+ from|import base64", line):
        return not all(re.match(r"import |from ", one) for one in before)
    if line.startswith("curl "):
        return not before[-1].startswith("AUDIO_BASE64")
    return line.startswith(("from openai ", "{")) or kind_of(before) in ("shell", "json")


def is_open(code: str) -> bool:
    """Whether the code so far ends inside brackets, inside a quoted text, or with a continued line."""
    if code.endswith("\\"):
        return True
    plain = code.replace("\\\n", " ")
    if plain.startswith(("curl ", "AUDIO_BASE64")):
        return plain.count("'") % 2 == 1
    plain = re.sub(r"\"[^\"\n]*\"", "", re.sub(r"^#.*$", "", plain, flags=re.MULTILINE))
    return sum(map(plain.count, "([{")) > sum(map(plain.count, ")]}"))


def kind_of(lines: list[str]) -> str:
    text = "\n".join(lines)
    if re.match(r"curl |AUDIO_BASE64", text):
        return "shell"
    if text.startswith("{"):
        return "json"
    return "script" if re.search(r"^(const |import \w+ from|console\.)", text, re.MULTILINE) else "python"


def indented(lines: list[str]) -> str:
    """The lines of a sample; those of Python one level deeper after each that opens a block."""
    if kind_of(lines) != "python":
        return "\n".join(lines)
    depth, deep = 0, []
    for line in lines:
        deep.append("    " * depth + line)
        depth += line.endswith(":")
    return "\n".join(deep)


def is_request(code: str) -> bool:
    """Whether a JSON sample is the body of a request and not a part of one, or an answer."""
    try:
        return {"model", "messages"} <= json.loads(code).keys() and "choices" not in json.loads(code)
    except ValueError:
        return False
