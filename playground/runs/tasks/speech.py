"""A run of speech: its result is its audio."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from core.contract.speech import SpeechRequest
from playground.requests.run_request import RunRequest
from playground.runs.log import Log
from playground.runs.tasks.results import RunResults


def new_results(run: UUID, user_id: int, request: RunRequest, log: Log) -> SpeechResults:
    return SpeechResults(run, user_id, request, log)


class SpeechResults(RunResults):
    def __init__(self, run: UUID, user_id: int, request: RunRequest, log: Log) -> None:
        super().__init__(run, user_id, request, log)
        self.audio_format = cast(SpeechRequest, request.request).format
