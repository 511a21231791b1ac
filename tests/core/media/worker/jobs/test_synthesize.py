from __future__ import annotations

import pytest

from core.contract.audio import PCM_RATE
from core.media.installed import speech_hint
from core.media.worker.jobs import synthesize
from core.media.worker.output import JobError, Output

pytestmark = pytest.mark.skipif(speech_hint() is not None, reason="needs espeak-ng")

TEXT = "One two three four five six seven eight nine ten. " * 4


def speak(speed: float, sent: list[bytes]) -> float:
    """The seconds of sound that the job says there are; its frames go to `sent`."""
    args = {"text": TEXT, "voice": "gmw/en-US", "speed": speed, "pitch": 50, "format": "pcm"}
    steps = synthesize.run(args, Output(1, sent.append, ()))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value["seconds"]


def seconds(sent: list[bytes]) -> float:
    return sum(map(len, sent)) / 2 / PCM_RATE


@pytest.mark.parametrize("speed", [1.0, 0.25])
def test_a_text_is_spoken_for_so_long_and_no_longer(monkeypatch, speed):
    whole = speak(speed, [])
    monkeypatch.setattr(synthesize, "MOST_SECONDS", whole + 0.1)
    assert speak(speed, []) == pytest.approx(whole, abs=0.05)

    sent: list[bytes] = []
    monkeypatch.setattr(synthesize, "MOST_SECONDS", whole / 2)
    with pytest.raises(JobError, match="more than 3 hours") as refusal:
        speak(speed, sent)
    assert (refusal.value.kind, refusal.value.param) == ("invalid", "input")
    assert refusal.value.code == "string_above_max_length"
    assert 1 < seconds(sent) <= whole / 2 + 1  # frames have headers
