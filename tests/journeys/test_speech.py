"""Speaking: what is sent is played, Stop keeps what came, a reload loses nothing."""

from __future__ import annotations

import json
import re

import httpx
from playwright.sync_api import expect

from tests.journeys.studio import SENTENCE, Studio


def test_a_sentence_is_heard_to_its_last_sample(studio: Studio, program):
    studio.open()
    studio.page.get_by_label("Download as").select_option("wav")
    studio.write(SENTENCE)
    studio.speak()
    studio.finish()
    stats = studio.stats()
    sent = studio.watch.heard() // 2
    assert (stats["received"], stats["played"], stats["underruns"]) == (sent, sent, 0)
    assert stats["mode"] == "worklet"
    (ended,) = studio.watch.events("audio.end")
    stored = studio.page.request.get(ended["url"]).body()
    assert stored[:4] == b"RIFF"
    assert len(stored) - 44 == sent * 2
    words = [word["word"] for event in studio.watch.events("speech.words") for word in event["words"]]
    assert " ".join(words).split() == SENTENCE.split()
    expect(studio.page.locator(".player-words .is-spoken")).not_to_have_count(0)
    expect(studio.receipt).to_contain_text("to first sound")
    assert studio.watch.shift() < 0.02
