"""The program as people start it, on a free port."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

from tests.benchmarks.processes import Facts, Running, running

PRINTED = re.compile(r"Sign in: http://127\.0\.0\.1:(\d+)(\S+)")


def playground(environment: dict[str, str]) -> AbstractContextManager[Running]:
    """`manage.py playground` with its `port` and the path of its `link`, which signs in once."""
    arguments = ("manage.py", "playground", "--host", "127.0.0.1", "--port", "0")
    return running(*arguments, environment=environment, heard=printed)


def printed(line: str) -> Facts | None:
    found = PRINTED.match(line)
    return {"port": int(found[1]), "link": found[2]} if found else None
