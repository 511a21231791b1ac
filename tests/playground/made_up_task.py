"""A task that no layer knows: its tables have to raise, not to take another task's row."""

from __future__ import annotations

from typing import cast

from core.contract.tasks import Task

JUGGLING = cast(Task, "juggling")
