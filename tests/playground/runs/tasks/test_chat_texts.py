"""The texts of an answer: all of a usual one, the beginning of a very long one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from playground.runs.audio_file import RunAudio
from playground.runs.log import Log
from playground.runs.tasks import chat_texts
from playground.runs.tasks.chat_texts import ChatTexts, texts_of

EVENTS = [
    {"type": "run.started"},
    {"type": "reasoning.delta", "text": "why"},
    "ab",
    {"type": "text.delta", "text": "said", "spoken": True},
    "日本",
]


@pytest.mark.parametrize(
    ("most", "texts"),
    [
        (15, ChatTexts("ab日本", "why", "said")),
        (8, ChatTexts("ab日本", "", "", cut=True)),
        (7, ChatTexts("ab日", "", "", cut=True)),
        (1, ChatTexts("a", "", "", cut=True)),
        (9, ChatTexts("ab日本", "w", "", cut=True)),
    ],
)
def test_no_more_bytes_than_are_stored(monkeypatch, most, texts):
    monkeypatch.setattr(chat_texts, "MOST", most)
    log = Log(RunAudio(uuid4()))
    for body in EVENTS:
        log.append(body)
    assert texts_of(log) == texts
