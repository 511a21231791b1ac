"""Silero's voice activity detector, which comes with faster-whisper: how likely each frame holds speech."""

from __future__ import annotations

from typing import Any

from core.media.worker.codecs.pcm import SAMPLE
from core.media.worker.codecs.segments import FRAME
from core.media.worker.libraries import require

FRAME_SAMPLES = FRAME // SAMPLE

CONTEXT = 64
"""Samples before a frame that the network sees with it."""

STATE = (1, 1, 128)


class VoiceActivity:
    """The detector for one file: its network remembers what it heard before."""

    def __init__(self) -> None:
        self._numpy = require("numpy", "numpy")
        self._session: Any = require("faster_whisper.vad", "faster-whisper").get_vad_model().session
        self._state = [self._numpy.zeros(STATE, dtype="float32") for _ in "hc"]
        self._before = self._numpy.zeros(CONTEXT, dtype="float32")

    def __call__(self, audio: bytes) -> list[float]:
        """The probability of speech in each frame of `audio`: whole frames at 16 kHz, signed 16-bit."""
        numpy = self._numpy
        heard = numpy.concatenate([self._before, samples(audio)])
        self._before = heard[-CONTEXT:]
        frames = numpy.lib.stride_tricks.sliding_window_view(heard, CONTEXT + FRAME_SAMPLES)[::FRAME_SAMPLES]
        inputs = {"input": numpy.ascontiguousarray(frames), "h": self._state[0], "c": self._state[1]}
        found, *self._state = self._session.run(None, inputs)
        return [float(probability) for probability in found.reshape(-1)]


def samples(audio: bytes) -> Any:
    """Signed 16-bit samples as float32 from -1 to 1."""
    numpy = require("numpy", "numpy")
    return numpy.frombuffer(audio, dtype="<i2").astype("float32") / 32768
