"""What a run collects of its task's events: a module per task, each with `new_results`."""

from __future__ import annotations

from uuid import UUID

from playground.requests.run_request import RunRequest
from playground.runs.log import Log
from playground.runs.tasks.results import RunResults
from playground.tasks import modules

MODULES = modules(__name__)


def new_results(run: UUID, user_id: int, request: RunRequest, log: Log) -> RunResults:
    """Empty results for the task of `request`; its events are appended to `log`."""
    results: RunResults = MODULES[request.request.task].new_results(run, user_id, request, log)
    return results
