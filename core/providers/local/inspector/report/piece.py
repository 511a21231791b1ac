"""A piece of the report in both renderings."""

from __future__ import annotations

from dataclasses import dataclass

from core.contract.errors import PolyphonyError


@dataclass(frozen=True, slots=True)
class ReportPiece:
    """`markdown` ends its block; `speech` is the same in sentences, "" where nothing is to be spoken.

    `measured` is False for text around the measurements; `error` is why a part could not be measured.
    """

    markdown: str
    speech: str = ""
    measured: bool = True
    error: PolyphonyError | None = None
