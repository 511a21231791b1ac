"""The events of a run as its row stores them."""

from __future__ import annotations

import orjson
import pytest

from playground.models import Run, RunPage
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


def test_a_long_log_is_stored_in_pages(alice, monkeypatch):
    monkeypatch.setattr(logs, "RECENT", 200)
    monkeypatch.setattr(logs, "LEAST_RECENT", 100)
    run = Run.objects.create(user=alice, task="chat", model="m")
    log = Log(RunAudio(run.id))
    for number in range(1, 31):
        log.append(str(number))
    last = {"type": "run.done", "outcome": "completed"}
    for _ in range(2):  # a save that failed is tried again
        settlement.store_pages(run.id, log, [last])
    pages = [(page.first, orjson.loads(page.frames)) for page in RunPage.objects.filter(run=run)]
    assert len(pages) > 2
    assert [first for first, _ in pages] == [frames[0][0] for _, frames in pages]
    deltas = [[number, {"type": "text.delta", "text": str(number)}] for number in range(1, 31)]
    assert [pair for _, frames in pages for pair in frames] == [*deltas, [31, last]]
    run.delete()
    assert RunPage.objects.count() == 0
