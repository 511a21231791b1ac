"""From a `run.start` frame to what a run does: a module per task, each with `build(user, frame)`."""

from __future__ import annotations

from core.models import User
from playground import frames
from playground.requests.run_request import RunRequest
from playground.tasks import modules

MODULES = modules(__name__)


async def build(user: User, frame: frames.Start) -> RunRequest:
    """Raises `InvalidRequest` as the API does for the same body, `NotFound` for what is not this user's."""
    request: RunRequest = await MODULES[frame.task].build(user, frame)
    return request
