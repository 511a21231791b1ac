"""A run of a transcription: its result is a transcript."""

from __future__ import annotations

from uuid import UUID

from playground.requests.run_request import RunRequest
from playground.runs.log import Log
from playground.runs.tasks.transcript_results import TranscriptResults


def new_results(run: UUID, user_id: int, request: RunRequest, log: Log) -> TranscriptResults:
    return TranscriptResults(run, user_id, request, log)
