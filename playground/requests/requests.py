"""From a `run.start` to what is asked, each task in its own way."""

from __future__ import annotations

from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.models import User
from core.models.offload import offload
from playground import frames
from playground.models.run import TITLE_LENGTH
from playground.requests import frame_requests, source_file
from playground.requests.chat import chat
from playground.requests.run_request import Asked


async def asked(user: User, frame: frames.Start) -> Asked:
    """Raises the refusals of the parser; nothing has been begun."""
    if frame.task is Task.CHAT:
        return await offload(chat, user, frame)
    upload, file = await source_file.source(user, frame.task, frame.params) or (None, None)
    request = frame_requests.request(frame, file)
    text = request.text if isinstance(request, SpeechRequest) else upload.name if upload else ""
    return Asked(request, " ".join(text[: 4 * TITLE_LENGTH].split())[:TITLE_LENGTH], upload)
