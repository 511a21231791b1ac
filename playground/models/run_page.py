"""The events of a run with a long log, in parts that are stored and read one at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from playground.models.run import Run


class RunPage(models.Model):
    """Some of what is in `Run.frames` for other runs: a JSON array of pairs, numbered from `first` on."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="pages")
    first = models.PositiveIntegerField()
    frames = models.TextField()

    class Meta:
        ordering: ClassVar[Any] = ("run", "first")
        constraints = (models.UniqueConstraint(fields=("run", "first"), name="run_page_first"),)

    def __str__(self) -> str:
        return f"{self.run_id} from {self.first}"
