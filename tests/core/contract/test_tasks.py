"""The table that every layer keeps by task."""

from __future__ import annotations

import pytest

from core.contract.tasks import FACTS, AudioPlace, Task, TaskTable, UnknownTask


def test_a_row_is_found_by_its_task():
    assert TaskTable("layer", {Task.SPEECH: "row"})[Task.SPEECH] == "row"


def test_a_task_without_a_row_names_the_layer_and_itself():
    with pytest.raises(UnknownTask, match=r"^ledger has no row for the task image\.$"):
        TaskTable("ledger", {Task.SPEECH: "row"})[Task.IMAGE]


def test_every_task_has_its_facts():
    assert set(FACTS) == set(Task)
    assert len({facts.path for facts in FACTS.values()}) == len(Task)


def test_requests_hold_audio_in_a_file_or_in_messages():
    places = {task: facts.audio for task, facts in FACTS.items() if facts.audio is not None}
    assert places == {
        Task.TRANSCRIPTION: AudioPlace.FILE,
        Task.TRANSLATION: AudioPlace.FILE,
        Task.CHAT: AudioPlace.MESSAGES,
    }
