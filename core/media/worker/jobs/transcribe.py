"""Worker side of transcription: any file's sound to words, told stretch by stretch."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.codecs.containers import open_media
from core.media.worker.codecs.pcm import audio_chunks
from core.media.worker.codecs.segments import Segmenter, SpeechSegment
from core.media.worker.engines.pocketsphinx import CepstralMean, Recogniser, Token, recogniser
from core.media.worker.output import Output

TOLD = 10.0
"""Seconds of silence after which progress is told again."""

Result = dict[str, Any]


def hear(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; `segment` and `progress` events; returns `{"text", "seconds"}`.

    A segment has `id`, `start`, `end`, `text` and `words` (word, start, end, probability); no time goes back
    and none is past the end. Silence is a transcript without words.
    """
    with open_media(args["path"]) as media:
        media.require_sound()
        found = recogniser()
        writer = Writer(found, output)
        cutter = Segmenter(found.endpointer())
        told = 0.0
        for piece in audio_chunks(media):
            output.check()
            for stretch in cutter.feed(piece):
                yield from writer.write(stretch)
            if cutter.seconds - told >= TOLD:
                told = cutter.seconds
                output.event("progress", done=round(told, 2))
                yield
        for stretch in cutter.end():
            yield from writer.write(stretch)
    return {"text": " ".join(writer.texts), "seconds": round(cutter.seconds, 3)}


class Writer:
    """Numbers the segments and tells them; what was not understood as words is no segment."""

    def __init__(self, found: Recogniser, output: Output) -> None:
        self.texts: list[str] = []
        self._recogniser = found
        self._output = output
        self._channel = CepstralMean()

    def write(self, stretch: SpeechSegment) -> Generator[None, None, None]:
        tokens = yield from self._recogniser.recognise(stretch.sound, self._channel)
        if tokens:
            self._tell(stretch, tokens)
        self._output.event("progress", done=round(stretch.start + stretch.seconds, 2))
        yield

    def _tell(self, stretch: SpeechSegment, tokens: list[Token]) -> None:
        text = " ".join(token.word for token in tokens)
        self._output.event(
            "segment",
            id=len(self.texts),
            start=round(stretch.start, 2),
            end=round(stretch.start + stretch.seconds, 2),
            text=text,
            words=[placed(token, stretch) for token in tokens],
        )
        self.texts.append(text)


def placed(token: Token, stretch: SpeechSegment) -> tuple[str, float, float, float]:
    """A word at its place in the file; the engine's last frame may lie past the sound's end."""
    start, end = min(token.start, stretch.seconds), min(token.end, stretch.seconds)
    return token.word, round(stretch.start + start, 2), round(stretch.start + end, 2), token.probability
