"""The table of providers in the README says what the tests here try."""

from __future__ import annotations

from core.contract.tasks import Task
from tests.core.providers.promises.matrix import BEGIN, END, NAMES, ROOT, TASKS, Trial, table
from tests.core.providers.promises.vendors import CASES


def test_the_readme_has_a_cell_for_each_call_that_is_tried():
    readme = (ROOT / "README.md").read_text()
    shown = readme.partition(BEGIN)[2].partition(END)[0].replace(", *recorded*", "")
    tried = {
        Trial(
            "groq" if name.startswith("groq-") else case.vendor.wire,
            case.call.task,
            name.endswith("-events"),
            False,
        )
        for case in CASES
        for name in [case.call.name]
    }
    assert shown == table(tried)
    assert {trial.wire for trial in tried} == set(NAMES)


def test_a_cell_says_which_answers_were_recorded():
    passed = [
        Trial("mistral", Task.SPEECH, streamed, recorded)
        for streamed, recorded in ((False, False), (False, True), (True, False))
    ]
    (line,) = (line for line in table(passed).splitlines() if line.startswith("| Mistral"))
    assert line.split("|")[2 + TASKS.index(Task.SPEECH)].strip() == "plain, *recorded*<br>streamed"
