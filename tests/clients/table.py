"""The outcomes as a table of client × case, and the reasons below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NONE = "-"
"""A client that has no such thing."""


@dataclass(frozen=True)
class Outcome:
    """`state` is ok, failed or skipped; the other two have a reason."""

    state: str
    reason: str = ""


@dataclass
class Row:
    """A client, as it is shown, and the outcomes by case."""

    client: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return any(outcome.state == "failed" for outcome in self.outcomes.values())


def table(rows: Sequence[Row], cases: Sequence[str]) -> str:
    """A line for each client; under it what failed or was skipped, and why."""
    lines = [["", *cases]] + [[row.client, *(state(row.outcomes, case) for case in cases)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join(line.rstrip() for line in [*shown, "", *reasons(rows)]).rstrip()


def state(outcomes: Mapping[str, Outcome], case: str) -> str:
    return outcomes[case].state if case in outcomes else NONE


def reasons(rows: Sequence[Row]) -> list[str]:
    return [
        f"{row.client}: {case} {outcome.state}: {outcome.reason}"
        for row in rows
        for case, outcome in row.outcomes.items()
        if outcome.reason
    ]
