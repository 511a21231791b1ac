"""The tasks as the pages know them: labels, which have a tab, and how a package finds its module for one."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from core.contract.tasks import Task, TaskTable, UnknownTask

TASKS = (Task.SPEECH, Task.TRANSCRIPTION, Task.TRANSLATION, Task.CHAT, Task.IMAGE)
"""In the order of their tabs."""

WITHOUT_TAB = (Task.EMBEDDING,)
"""Those that programs use: their models' pages have samples, and no tab to try them."""

CONVERSATIONAL = frozenset({Task.CHAT})
"""Those whose runs may belong to a conversation."""


class TaskLabel(NamedTuple):
    icon: str
    label: str


LABELS = TaskTable(
    "labels",
    {
        Task.SPEECH: TaskLabel("speaker", gettext_lazy("Speech")),
        Task.TRANSCRIPTION: TaskLabel("mic", gettext_lazy("Transcription")),
        Task.TRANSLATION: TaskLabel("translate", gettext_lazy("Translation")),
        Task.CHAT: TaskLabel("chat", gettext_lazy("Chat")),
        Task.IMAGE: TaskLabel("image", gettext_lazy("Images")),
        Task.EMBEDDING: TaskLabel("chart", gettext_lazy("Embeddings")),
    },
)
"""In the order of the sections of the catalogue."""


def modules(package: str, tasks: Iterable[Task] = TASKS) -> TaskTable[ModuleType]:
    """The modules of `package` with the names of `tasks`. Raises `UnknownTask` where one is missing."""
    return TaskTable(package, {task: module(package, task) for task in tasks})


def module(package: str, task: Task) -> ModuleType:
    name = f"{package}.{task}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UnknownTask(f"{package} has no module for the task {task}.") from None
