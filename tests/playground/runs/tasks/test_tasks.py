"""The table of what a run collects by its task."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID

import pytest

from core.contract.audio import AudioFormat
from core.contract.events import AudioStart, ChatDelta, TranscriptDelta
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task, UnknownTask
from playground.requests.run_request import RunRequest
from playground.runs import tasks
from playground.runs.tasks.results import RunResults
from playground.tasks import TASKS
from tests.playground.made_up_task import JUGGLING

pytestmark = pytest.mark.anyio

RUN = UUID(int=7)


@dataclass(frozen=True)
class JugglingRequest:
    """A request of a task that has no tab."""

    task: ClassVar[Task] = JUGGLING


def new_results(request, events: list) -> RunResults:
    return tasks.new_results(RUN, 1, RunRequest(request, "title"), SimpleNamespace(append=events.append))


def test_every_task_with_a_tab_has_its_results():
    assert tuple(tasks.MODULES) == TASKS


def test_a_task_without_a_module_is_collected_as_no_other():
    with pytest.raises(UnknownTask, match=r"playground\.runs\.tasks has no row for the task juggling"):
        new_results(JugglingRequest(), [])


async def test_a_new_task_has_nothing_of_the_others(monkeypatch):
    monkeypatch.setitem(tasks.MODULES, JUGGLING, SimpleNamespace(new_results=RunResults))
    events: list = []
    results = new_results(JugglingRequest(), events)
    assert not results.add_delta(ChatDelta("x"))
    await results.add(TranscriptDelta("x"))
    await results.close()
    results.release()
    assert (results.delivered, results.audio_format, results.sent(None)) == (False, None, None)
    assert (results.columns(None, ()), results.receipt_fields(None)) == ({}, {})
    assert events == [{"type": "transcript.delta", "text": "x"}]


async def test_speech_has_the_format_that_was_asked_for():
    events: list = []
    results = new_results(SpeechRequest("m", "Hi", format=AudioFormat.OPUS), events)
    await results.add(AudioStart(AudioFormat.PCM, 24_000))
    assert (results.audio_format, results.columns(None, ())) == (AudioFormat.OPUS, {})
    assert [event["type"] for event in events] == ["audio.start"]
