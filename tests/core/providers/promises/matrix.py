"""What each adapter was tried with, as a table: `python -m tests.core.providers.promises.matrix`.

It runs the tests that have a vendor's good answer and those that replay what a real provider once answered,
and writes what passed into the README. `POLYPHONY_TEST_DATA` must point to the recorded answers.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from core.contract.tasks import Task
from tests.core.providers.promises.vendors import VENDORS

ROOT = Path(__file__).resolve().parents[4]
TESTS = (
    "tests/core/providers/promises/test_answers.py",
    "tests/core/providers/openai",
    "tests/core/providers/mistral",
)
BEGIN, END = "<!-- providers: begin -->\n", "<!-- providers: end -->\n"
NAMES = {vendor.wire: vendor.name for vendor in VENDORS} | {"groq": "Groq"}
"""By wire, in the order of the table; Groq speaks OpenAI's."""
TASKS = (Task.CHAT, Task.SPEECH, Task.TRANSCRIPTION, Task.TRANSLATION, Task.IMAGE, Task.EMBEDDING)


class Trial(NamedTuple):
    """An answer that was read: of a fake, or as a real provider recorded it."""

    wire: str
    task: Task
    streamed: bool
    recorded: bool


def trial_of(item: pytest.Item) -> Trial | None:
    """What a test tries; None for tests of other things."""
    if marker := item.get_closest_marker("recorded"):
        wire, task = marker.args
        return Trial(wire, task, bool(marker.kwargs.get("streamed")), recorded=True)
    if item.originalname != "test_an_answer_ends_with_what_the_vendor_bills":
        return None
    case = item.callspec.params["case"]
    name = case.call.name
    wire = "groq" if name.startswith("groq-") else case.vendor.wire
    return Trial(wire, case.call.task, name.endswith("-events"), recorded=False)


@dataclass(eq=False)
class Results:
    """A plugin of pytest: selects the trials and notes which of them passed."""

    trials: dict[str, Trial] = field(default_factory=dict)
    passed: set[Trial] = field(default_factory=set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item: trial for item in items if (trial := trial_of(item)) is not None}
        items[:] = list(found)
        self.trials = {item.nodeid: trial for item, trial in found.items()}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(self.trials[report.nodeid])


def table(passed: Iterable[Trial]) -> str:
    """The trials as a table in Markdown: a line per provider, a column per task."""
    known: defaultdict[tuple[str, Task, bool], bool] = defaultdict(bool)
    for wire, task, streamed, recorded in passed:
        known[wire, task, streamed] |= recorded
    lines = ["| | " + " | ".join(task.value for task in TASKS) + " |", "|---" * (len(TASKS) + 1) + "|"]
    for wire, name in NAMES.items():
        cells = (cell(known, wire, task) for task in TASKS)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(known: dict[tuple[str, Task, bool], bool], wire: str, task: Task) -> str:
    ways = (
        (streamed, known[wire, task, streamed])
        for streamed in (False, True)
        if (wire, task, streamed) in known
    )
    told = [
        ("streamed" if streamed else "plain") + (", *recorded*" if recorded else "")
        for streamed, recorded in ways
    ]
    return "<br>".join(told) or "–"


def main() -> int:
    results = Results()
    status = pytest.main(["-q", "-p", "no:cacheprovider", *TESTS], plugins=[results])
    missing = set(results.trials.values()) - results.passed
    if status or missing:
        print(f"Not written, these did not pass: {sorted(map(str, missing))}")
        return 1
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    readme.write_text(before + BEGIN + table(results.passed) + END + rest.partition(END)[2])
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
