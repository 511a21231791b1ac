"""Each package finds its module for a task by the task's name."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from core.contract.tasks import Task, UnknownTask
from playground import tasks

MADE_UP = (Task.SPEECH, Task.CHAT)


@pytest.fixture
def package(monkeypatch):
    """A package with a module for speech and one for chat."""
    parent = ModuleType("made_up")
    parent.__path__ = []
    monkeypatch.setitem(sys.modules, "made_up", parent)
    for name in ("speech", "chat"):
        monkeypatch.setitem(sys.modules, f"made_up.{name}", ModuleType(f"made_up.{name}"))
    return "made_up"


def test_a_module_is_found_by_the_name_of_its_task(package):
    assert {task: found.__name__ for task, found in tasks.modules(package, MADE_UP).items()} == {
        Task.SPEECH: "made_up.speech",
        Task.CHAT: "made_up.chat",
    }


def test_a_missing_module_is_an_error_that_names_the_task(package):
    with pytest.raises(UnknownTask, match="made_up has no module for the task image"):
        tasks.modules(package, (Task.SPEECH, Task.IMAGE))


def test_a_task_without_a_tab_is_no_other_task(package):
    with pytest.raises(UnknownTask, match="image"):
        tasks.modules(package, MADE_UP)[Task.IMAGE]


def test_what_a_module_misses_itself_is_not_taken_for_a_missing_module(package, monkeypatch, tmp_path):
    (tmp_path / "image.py").write_text("import nothing_of_this_name\n")
    monkeypatch.setattr(sys.modules[package], "__path__", [str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        tasks.modules(package, (Task.IMAGE,))


def test_every_task_has_its_own_label(monkeypatch):
    assert set(tasks.LABELS) == set(Task)
    assert len(set(tasks.LABELS.values())) == len(Task)
    monkeypatch.delitem(tasks.LABELS, Task.IMAGE)
    with pytest.raises(UnknownTask, match="labels has no row for the task image"):
        tasks.LABELS[Task.IMAGE]
