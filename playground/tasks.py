"""The tasks that have a tab, and how each package of the playground finds its module for one of them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from core.contract.tasks import Task, TaskTable, UnknownTask

TASKS = (Task.SPEECH, Task.TRANSCRIPTION, Task.TRANSLATION, Task.CHAT)
"""In the order of their tabs."""

CONVERSATIONAL = frozenset({Task.CHAT})
"""Those whose runs may belong to a conversation."""


def modules(package: str) -> TaskTable[ModuleType]:
    """The modules of `package` with the names of the tasks. Raises `UnknownTask` where one is missing."""
    return TaskTable(package, {task: module(package, task) for task in TASKS})


def module(package: str, task: Task) -> ModuleType:
    name = f"{package}.{task}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UnknownTask(f"{package} has no module for the task {task}.") from None
