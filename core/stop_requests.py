"""Requests that an admin ends while they are answered, in whatever process they run, within two seconds.

Each process learns of them with its snapshot of access. A request that has just got an event ends by itself
at the next one; one that waits for its provider is cancelled in its wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.models import StopRequest, Version
from core.models.ledger import LedgerState, UsageRecord
from core.models.version import bump

KEPT = timedelta(hours=1)


def stop(record: UsageRecord) -> bool:
    """Ask for the end of a request; False where it has ended. Blocking."""
    if record.state != LedgerState.OPEN:
        return False
    with transaction.atomic():
        StopRequest.objects.get_or_create(record=record.public_id)
        bump(Version.ACCESS)
    return True


def sweep() -> None:
    """Forget what every process has read long ago."""
    StopRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


@dataclass(eq=False, slots=True)
class Running:
    """A request that is being answered: `waits` says that its task waits for the provider."""

    id: str
    task: asyncio.Task[object]
    loop: asyncio.AbstractEventLoop
    waits: bool = True
    cancelled: bool = field(default=False, init=False)

    def cancel(self) -> None:
        """Cancel the task, once, in its wait."""
        if self.waits and not self.cancelled:
            self.cancelled = True
            self.task.cancel()

    def take_back(self) -> bool:
        """Whether nobody but `cancel` has cancelled the task, which then goes on."""
        return self.cancelled and self.task.uncancel() == 0


running: dict[str, Running] = {}
"""Those of this process, by the id of their record."""


def enter(id: str) -> Running:
    """Note that the task of the caller answers a request."""
    task = asyncio.current_task()
    assert task is not None
    entered = running[id] = Running(id, task, asyncio.get_running_loop())
    return entered


def leave(request: Running) -> None:
    request.waits = False
    running.pop(request.id, None)


def cancel(stopped: Collection[str]) -> None:
    """Cancel those of this process that wait. From any thread."""
    for id in stopped:
        if (found := running.get(id)) is not None:
            found.loop.call_soon_threadsafe(found.cancel)
