"""The tables of the bodies: a task without a row gets no other task's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from core.bodies.tasks import BODIES
from core.bodies.transcription.collector import FinishedTranscript, TranscriptCollector
from core.bodies.transcription.tasks import TRANSCRIPT_OPTIONS
from core.bodies.transcription.transcript import render_transcript
from core.contract.events import TranscriptDelta
from core.contract.tasks import Task, UnknownTask
from core.contract.transcription import AudioFile, TranscriptFormat

FILE = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 6.0)


@dataclass(frozen=True)
class Lipreading:
    """A request of a made-up task, with the fields of a transcription."""

    task: ClassVar[str] = "lipreading"

    file: AudioFile = FILE
    format: TranscriptFormat = TranscriptFormat.JSON
    language: str = "de"
    words: bool = True
    segments: bool = True
    logprobs: bool = True


def test_each_task_has_its_own_body():
    assert {Task.SPEECH, Task.TRANSCRIPTION, Task.TRANSLATION, Task.CHAT, Task.IMAGE} <= set(BODIES)
    assert len(set(BODIES.values())) == len(BODIES)


@pytest.mark.parametrize("table", [BODIES, TRANSCRIPT_OPTIONS], ids=["bodies", "options"])
def test_a_made_up_task_has_no_row(table):
    with pytest.raises(UnknownTask, match="lipreading"):
        table["lipreading"]


def test_a_made_up_request_is_collected_as_no_other_task():
    collector = TranscriptCollector()
    collector.note(TranscriptDelta("a"))
    with pytest.raises(UnknownTask, match="lipreading"):
        collector.finish(Lipreading())


@pytest.mark.parametrize("form", list(TranscriptFormat))
def test_a_made_up_request_is_rendered_as_no_other_task(form):
    with pytest.raises(UnknownTask, match="lipreading"):
        render_transcript(FinishedTranscript("a"), Lipreading(format=form))
