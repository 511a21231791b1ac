"""The home page's panels: a module per task that has one, each ready to be tried with one click.

Each has `panel(entry)`: what the template `playground/home/<task>.html` needs beside the model.
"""

from core.contract.tasks import Task
from playground.tasks import modules

TASKS = (Task.SPEECH, Task.TRANSCRIPTION, Task.CHAT, Task.IMAGE)
"""In the order of the page."""

MODULES = modules(__name__, TASKS)
