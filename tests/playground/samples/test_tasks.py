"""The table of code samples: a module per task, and none that stands for another task."""

from __future__ import annotations

import pytest

from core.contract.tasks import UnknownTask
from playground import samples, tasks
from tests.playground.made_up_task import JUGGLING


def test_every_task_with_a_tab_has_samples_and_so_has_each_that_programs_use():
    assert list(samples.MODULES) == [*tasks.TASKS, *tasks.WITHOUT_TAB]
    assert all(callable(module.samples) for module in samples.MODULES.values())


def test_a_task_without_a_module_raises():
    with pytest.raises(UnknownTask, match=r"playground\.samples has no module for the task juggling"):
        tasks.modules("playground.samples", (*tasks.TASKS, JUGGLING))


def test_a_task_without_a_row_has_no_other_tasks_samples():
    with pytest.raises(UnknownTask, match=r"playground\.samples has no row for the task juggling"):
        samples.MODULES[JUGGLING]
