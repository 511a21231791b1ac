"""The transcript of a run, collected for its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from core.bodies.transcription.collector import TranscriptCollector
from core.bodies.transcription.transcript import segments_of
from core.contract.events import Event, Receipt
from core.contract.route import Target
from core.contract.translation import TranscriptRequest
from playground import frames
from playground.requests.run_request import RunRequest
from playground.runs.log import Log
from playground.runs.tasks.results import RunResults


class TranscriptResults(RunResults):
    def __init__(self, run: UUID, user_id: int, request: RunRequest, log: Log) -> None:
        super().__init__(run, user_id, request, log)
        self.collector = TranscriptCollector()

    @property
    def delivered(self) -> bool:
        return bool(self.collector.deltas or self.collector.segments or self.collector.words)

    async def add(self, event: Event) -> None:
        self.collector.note(event)
        await super().add(event)

    def columns(self, receipt: Receipt | None, targets: Sequence[Target]) -> dict[str, Any]:
        """The transcript, the times of its words, and the duration of the file."""
        transcript = self.collector.finish(cast(TranscriptRequest, self.request.request))
        return {
            "duration": transcript.seconds,
            "words": [frames.transcript_word_fields(word) for word in transcript.words],
            "transcript": {
                "text": transcript.text.strip(),
                "language": transcript.language,
                "aligned": transcript.aligned,
                "segments": [frames.segment_fields(segment) for segment in segments_of(transcript)],
                "speakers": {},
            },
        }
