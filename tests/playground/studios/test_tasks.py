"""The table of studios: a module per task, and none that stands for another task."""

from __future__ import annotations

import pytest
from django.template.loader import get_template

from core.contract.tasks import Task, UnknownTask
from playground import studios, tasks
from playground.studios.facts import ANY_FILE, StudioFacts
from playground.tasks import LABELS
from playground.views import transcripts
from playground.views.uploads import upload_rules
from tests.playground.made_up_task import JUGGLING


def test_every_task_with_a_tab_has_a_studio():
    assert list(studios.MODULES) == list(tasks.TASKS)
    for studio in studios.MODULES.values():
        assert isinstance(studio.FACTS, StudioFacts)
        assert all(callable(getattr(studio, name)) for name in ("studio", "sample_params", "receipt"))


def test_every_studio_has_its_templates():
    for task, studio in studios.MODULES.items():
        get_template(f"playground/tabs/{task}.html")
        for template in filter(None, (studio.FACTS.styles, studio.FACTS.result)):
            get_template(template)


def test_every_task_has_a_label():
    assert set(LABELS) == set(Task)


def test_ranks_are_distinct():
    ranks = [studio.FACTS.rank for studio in studios.MODULES.values()]
    assert len(set(ranks)) == len(ranks)


def test_a_task_without_a_module_raises():
    with pytest.raises(UnknownTask, match=r"playground\.studios has no module for the task juggling"):
        tasks.modules("playground.studios", (*tasks.TASKS, JUGGLING))


def test_a_task_without_a_row_has_no_other_tasks_studio():
    with pytest.raises(UnknownTask, match=r"playground\.studios has no row for the task juggling"):
        studios.MODULES[JUGGLING]
    assert upload_rules(JUGGLING) is ANY_FILE
    assert JUGGLING not in transcripts.TRANSCRIPT_TASKS
