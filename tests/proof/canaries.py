"""Secrets that are found nowhere: canaries are put in, everything is searched for them.

A `Canary` is a secret by its name. `found` tells in which of some texts it is, in any spelling; texts come
from `tables` (every row of the database), `files` (every file of a folder), `redis_values`, and whatever a
caller gives. `passed` prints how many texts of each place were searched and says whether nothing was found.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

Text = tuple[str, str]
"""Where it is from, such as `table core_attempt`, and what it says."""


@dataclass(frozen=True, slots=True)
class Canary:
    name: str
    secret: str

    @property
    def spellings(self) -> dict[str, str]:
        data = self.secret.encode()
        found = {"plain": self.secret, "reversed": self.secret[::-1], "for URLs": quote(self.secret, safe="")}
        for before in range(3):
            # the characters that do not depend on the bytes around the secret
            encoded = base64.b64encode(bytes(before) + data).decode()
            found[f"Base64 at {before}"] = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        return found


def found(canaries: Iterable[Canary], texts: Iterable[Text]) -> tuple[list[str], Counter[str]]:
    """What was found, as `name (spelling) in place`, and how many texts of each place were searched."""
    wanted = [(canary.name, how, text) for canary in canaries for how, text in canary.spellings.items()]
    hits, searched = list[str](), Counter[str]()
    for place, text in texts:
        searched[place] += 1
        hits += [
            f"{name} ({how}) in {place}: {around(text, secret)}"
            for name, how, secret in wanted
            if secret in text
        ]
    return hits, searched


def around(text: str, secret: str) -> str:
    at = text.index(secret)
    return repr(text[max(at - 60, 0) : at] + "<here>" + text[at + len(secret) : at + len(secret) + 60])


def passed(hits: list[str], searched: Mapping[str, int]) -> bool:
    """Print the places and what was found in them; whether it was nothing."""
    for place, count in sorted(searched.items()):
        print(f"{place:44}{count:>9}")
    for hit in hits:
        print(f"FOUND {hit}")
    print(f"canaries found: {len(hits)}")
    return not hits


def tables() -> Iterator[Text]:
    """Every row of every table of the database that Django is connected to."""
    from django.db import connection  # noqa: PLC0415 - the settings are not ready at import time

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield f"table {table}", "\n".join(text_of(value) for value in row)


def files(folder: Path) -> Iterator[Text]:
    """Names and contents of the files below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            place = f"files of {path.relative_to(folder).parts[0]}"
            yield place, f"{path}\n{path.read_bytes().decode('latin-1')}"


def redis_values(url: str) -> Iterator[Text]:
    """Every key of a Redis and what it holds."""
    import redis  # noqa: PLC0415 - it may not be installed

    store = redis.Redis.from_url(url)
    readers = {
        b"string": store.get,
        b"hash": store.hgetall,
        b"set": store.smembers,
        b"list": lambda key: store.lrange(key, 0, -1),
        b"zset": lambda key: store.zrange(key, 0, -1, withscores=True),
        b"stream": store.xrange,
    }
    for key in store.scan_iter(count=1000):
        kind = store.type(key)
        if kind in readers:  # a key may be gone by now
            yield "Redis", f"{text_of(key)} {inner(readers[kind](key))}"


def inner(value: Any) -> str:
    """All texts within a value."""
    if isinstance(value, Mapping):
        return " ".join(f"{inner(name)} {inner(each)}" for name, each in value.items())
    if isinstance(value, list | tuple | set):
        return " ".join(inner(each) for each in value)
    return text_of(value)


def text_of(value: Any) -> str:
    """Bytes letter by letter, anything else as it is written."""
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def joined(events: Iterable[Any]) -> str:
    """The texts of JSON events, those under the same names one after the other, as a client joins them."""
    texts: dict[str, list[str]] = {}
    for event in events:
        for name, text in leaves(event):
            texts.setdefault(name, []).append(text)
    return "\n".join("".join(found) for found in texts.values())


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, f"{name}.{key}")
    elif isinstance(value, list):
        if value and all(isinstance(each, int) for each in value):
            yield name, bytes(each % 256 for each in value).decode("latin-1")  # the bytes of a token
            return
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, str(value)


def sent_events(body: str) -> list[Any]:
    """The JSON of server-sent events; empty for a body of another kind."""
    lines = [line.removeprefix("data:").strip() for line in body.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line.startswith("{")]
