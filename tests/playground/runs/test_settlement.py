"""The events of a run as its row stores them."""

from __future__ import annotations

import pytest

from playground.models import Run
from playground.runs import settlement
from playground.runs.audio_file import RunAudio
from playground.runs.log import Log
from playground.runs.log import log as logs

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("held", [logs.RECENT, 200])
def test_stored_frames_are_the_textual_events_with_their_numbers(alice, monkeypatch, held):
    monkeypatch.setattr(logs, "RECENT", held)
    monkeypatch.setattr(logs, "LEAST_RECENT", 100)
    run = Run.objects.create(user=alice, task="chat", model="m")
    log = Log(RunAudio(run.id))
    for text in ("a\0b", "\\u0000", "\u65e5\u672c", *map(str, range(30))):
        log.append(text)
    log.append({"type": "speech.words", "words": []})
    log.append({"type": "reasoning.delta", "text": "\0"})
    assert log.long is (held == 200)
    last = {"type": "run.done", "outcome": "completed"}
    Run.objects.filter(id=run.id).update(frames=settlement.stored_frames(log, [last]))
    run.refresh_from_db()
    texts = ["a\ufffdb", "\\u0000", "\u65e5\u672c", *map(str, range(30))]
    deltas = [[number, {"type": "text.delta", "text": text}] for number, text in enumerate(texts, 1)]
    assert run.frames == [*deltas, [35, {"type": "reasoning.delta", "text": "\ufffd"}], [36, last]]
