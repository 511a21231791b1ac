"""Frames of the browser."""

from __future__ import annotations

import json

import pytest

from playground import frames


def test_a_bad_frame_remembers_its_id():
    with pytest.raises(frames.BadFrame) as refused:
        frames.parse('{"type": "run.start", "id": "a", "task": 1}')
    assert refused.value.frame_id == "a"


def start(**fields) -> str:
    return json.dumps({"type": "run.start", "id": "a", "task": "speech", "model": "m", **fields})


@pytest.mark.parametrize("task", ["embedding", "dance", None, 1])
def test_a_task_without_a_tab_is_refused(task):
    with pytest.raises(frames.BadFrame) as refused:
        frames.parse(start(task=task))
    assert (refused.value.param, refused.value.frame_id) == ("task", "a")


@pytest.mark.parametrize("task", ["speech", "transcription", "translation"])
def test_only_a_chat_belongs_to_a_conversation(task):
    with pytest.raises(frames.BadFrame) as refused:
        frames.parse(start(task=task, conversation="new"))
    assert refused.value.param == "conversation"
    assert frames.parse(start(task="chat", conversation="new")).conversation == frames.NEW
