"""Speech synthesis: a text becomes audio and word times, fragment by fragment."""

from __future__ import annotations

import difflib
from collections.abc import Generator
from typing import Any

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape
from core.media.installed import HINT
from core.media.worker.codecs.encoders import Encoder, streaming_encoder
from core.media.worker.codecs.tempo import TempoEncoder
from core.media.worker.engines.espeak import (
    FASTEST,
    NORMAL_RATE,
    SLOWEST,
    Engine,
    EngineMissing,
    Mark,
    engine,
)
from core.media.worker.engines.text_fragments import LONGEST_WORD, speakable, split
from core.media.worker.engines.word_times import WordTimes
from core.media.worker.output import JobError, Output

SILENCE = 0.2
"""Seconds of silence for a text without words: every file must hold some audio."""

MOST_SECONDS = 3 * 3600
"""Of sound: 20,000 characters of Chinese at half speed. As many signs, each a few words, take six hours at
the slowest speed; how long a text takes is known only once it is spoken."""

TOO_LONG = f"This text takes more than {MOST_SECONDS // 3600} hours to say at this speed. Send it in parts."

STEP_SECONDS = 0.5
"""Seconds of audio that one step encodes: encoding takes ten times as long as synthesis, and other jobs
wait."""

COMMON_VOICES = ("gmw/en-US", "gmw/en", "gmw/de", "roa/es", "roa/fr", "zle/ru", "sit/cmn")
COMMON_VARIANTS = ("f1", "f2", "f3", "f4", "m1", "m3", "m5", "whisper")
"""Named in the error where nothing is similar to the voice or variant that was requested."""

LONGEST_WORDS = {"inc/si": 16}
"""Voices that overran a buffer on longer unbroken words (found by fuzzing), and the length that is safe."""

Result = dict[str, Any]
Steps = Generator[None, None, None]


class Synthesis:
    """One text that becomes audio in the output."""

    def __init__(self, args: dict[str, Any], output: Output) -> None:
        self.engine = load_engine()
        self.output = output
        self.voice = find_voice(self.engine, args["voice"])
        self.pitch = int(args["pitch"])
        wanted = NORMAL_RATE * float(args["speed"])
        self.rate = round(min(max(wanted, SLOWEST), FASTEST))
        self.tempo = min(1.0, wanted / SLOWEST)
        self.samples = 0
        self.raw = AudioFormat(args["format"]) in (AudioFormat.PCM, AudioFormat.WAV)
        source, target = PcmShape(self.engine.sample_rate), PcmShape(PCM_RATE)
        encoder: Encoder = streaming_encoder(AudioFormat(args["format"]), source, target, self._send)
        self.encoder = encoder if self.tempo == 1.0 else TempoEncoder(self.tempo, source, encoder)

    @property
    def seconds(self) -> float:
        return self.samples / self.engine.sample_rate / self.tempo

    def synthesize(self, text: str, *, pause: bool) -> Steps:
        """One fragment: its words go to the output before its audio goes to the encoder."""
        samples = 0
        scale = 1 / (self.engine.sample_rate * self.tempo)
        enough = round(2 * STEP_SECONDS * self.engine.sample_rate)
        words = WordTimes(text, origin=self.seconds, seconds_per_sample=scale)
        later = bytearray()

        def receive(audio: bytes, marks: list[Mark]) -> None:
            nonlocal samples
            self.output.check()
            self.output.words(words.add(marks))
            if 2 * samples >= enough:
                later.extend(audio)
            elif audio:
                self.encoder.write(audio)
            samples += len(audio) // 2
            if (self.samples + samples) * scale > MOST_SECONDS:
                raise JobError("invalid", TOO_LONG, "input", "string_above_max_length")

        self.engine.speak(text, voice=self.voice, rate=self.rate, pitch=self.pitch, pause=pause, sink=receive)
        self.output.words(words.finish(samples))
        self.samples += samples
        for at in range(0, len(later), enough):
            yield
            self.encoder.write(bytes(later[at : at + enough]))

    def close(self) -> None:
        shortest = round(SILENCE * self.engine.sample_rate)
        if self.samples < shortest:
            self.encoder.write(bytes(2 * (shortest - self.samples)))
            self.samples = shortest
        self.encoder.close()

    def _send(self, data: bytes) -> None:
        if data:
            self.output.audio(data, len(data) if self.raw else 1)


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`text`, `voice`, `speed`, `pitch`, `format` in; audio and words out; returns `{"seconds"}`.

    Raises `JobError` after `MOST_SECONDS` of sound.
    """
    synthesis = Synthesis(args, output)
    output.event("audio", sample_rate=PCM_RATE, channels=1)
    text = speakable(args["text"])
    scale = min(1.0, float(args["speed"]))
    word = LONGEST_WORDS.get(synthesis.voice.partition("+")[0], LONGEST_WORD)
    for offset, fragment in split(text, least=round(100 * scale), most=round(300 * scale), word=word):
        if offset:
            yield
        yield from synthesis.synthesize(fragment, pause=offset + len(fragment) < len(text))
    synthesis.close()
    return {"seconds": round(synthesis.seconds, 3)}


def load_engine() -> Engine:
    """The engine. Raises `JobError` with the install command."""
    try:
        return engine()
    except EngineMissing as missing:
        raise JobError("unavailable", f"{missing}: {HINT}") from missing


def find_voice(found: Engine, wanted: str) -> str:
    """The engine's name of a voice such as `gmw/en-US+f3`. Raises `JobError` naming similar ones."""
    name, plus, variant = wanted.partition("+")
    known = {voice.identifier.casefold(): voice.identifier for voice in found.voices()}
    identifier = known.get(name.casefold())
    if identifier is None:
        near = difflib.get_close_matches(name.casefold(), known, n=5)
        listed = ", ".join([known[key] for key in near] or COMMON_VOICES)
        raise JobError(
            "invalid", f"There is no voice {wanted[:80]!r}. Voices are named like {listed}.", "voice"
        )
    if plus and variant not in found.variants():
        message = (
            f"There is no variant {variant[:80]!r}. Variants are {', '.join(COMMON_VARIANTS)} and others."
        )
        raise JobError("invalid", message, "voice")
    return identifier + plus + variant
