"""A user's latest runs of one model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from core.catalogue.listing import Listing
from core.models import User
from playground.models import Run

SHOWN = 8


class RecentRuns(TypedDict):
    """`runs` are finished, newest first; `running` is the one in progress, if any."""

    runs: Iterable[Run]
    running: Run | None


def recent_runs(entry: Listing, user: User) -> RecentRuns:
    mine = Run.objects.for_user(user).filter(model=entry.model.slug, task__in=entry.model.tasks)
    running = mine.filter(state=Run.State.RUNNING).first()
    return {"runs": mine.exclude(state=Run.State.RUNNING)[:SHOWN], "running": running}
