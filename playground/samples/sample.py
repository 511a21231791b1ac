"""A code sample, and the request it is written for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from core.models import User

PLACEHOLDER = "ak_YOUR_KEY"
"""Stands in every sample for the reader's API key."""

FORMATTER = HtmlFormatter(nowrap=True)
PLAYGROUND_ONLY = ("plain", "task", "file")
"""Parameters that only the playground knows, or only a running request has."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`name` is its id on the page, `language` a lexer of Pygments, `install` a shell command or ""."""

    name: str
    title: str
    language: str
    install: str
    code: str

    @property
    def html(self) -> str:
        """The code with Pygments' classes; everything in it is escaped."""
        return highlight(self.code, get_lexer_by_name(self.language), FORMATTER)


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """The request to show as code: `params` are those of the playground's `run.start`, without the model.

    `origin` is this server's, such as `https://ai.example.org`. For a chat, `place` may name a `conversation`
    and a `parent` in it, as `run.start` does.
    """

    user: User
    model: str
    params: Mapping[str, Any]
    origin: str
    place: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/v1"

    @property
    def api_params(self) -> dict[str, Any]:
        return {name: value for name, value in self.params.items() if name not in PLAYGROUND_ONLY}
