"""The key of a request: a digest of who asks, and of everything that is asked, files by their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from core.contract.requests import Request

VERSION = 1
"""Of keys and entries: entries of another one are not found."""

PLACE = frozenset({"path", "upload"})
"""Fields of a file that say where it is kept here, which is another place each time."""


def request_key(scope: str, request: Request) -> str:
    """The key of `request` for the callers of `scope`, such as `user:7`.

    Blocking: it reads the files of the request. Raises `OSError` where one of them is gone, and `TypeError`
    for a value that has no JSON.
    """
    asked = json.dumps([VERSION, scope, str(request.task), request], default=plain, separators=(",", ":"))
    return hashlib.sha256(asked.encode()).hexdigest()


def plain(value: Any) -> Any:
    """A value of a request as JSON has it: its fields in order, a file with its digest in place of its path.

    The names of an object's first level are sorted, for nobody means their order; deeper ones are left as
    they are, because a model follows the order of a schema.
    """
    if is_dataclass(value) and not isinstance(value, type):
        found = {field.name: getattr(value, field.name) for field in fields(value)}
        content = {"sha256": file_digest(found["path"])} if "path" in found else {}
        return {name: ordered(inner) for name, inner in found.items() if name not in PLACE} | content
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def ordered(value: Any) -> Any:
    return dict(sorted(value.items())) if isinstance(value, Mapping) else value


def file_digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
