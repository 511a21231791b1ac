"""How long a server process waits for an answer of the database; commands such as `migrate` wait on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class AnswerLimit:
    """`seconds` for one statement; None sets no limit."""

    seconds: float | None = None


answer_limit = AnswerLimit()
