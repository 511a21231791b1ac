"""Transcription of the audio of any file, segment by segment."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.codecs.containers import open_media
from core.media.worker.codecs.pcm import audio_chunks
from core.media.worker.codecs.segments import Segmenter, SpeechSegment
from core.media.worker.engines.pocketsphinx import CepstralMean, Recogniser, Token, recogniser
from core.media.worker.output import Output

PROGRESS_SECONDS = 10.0
"""Seconds of silence after which progress is reported again."""

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; `segment` and `progress` events; returns `{"text", "seconds"}`.

    A segment has `id`, `start`, `end`, `text` and `words` (word, start, end, probability); no time goes back
    and none is past the end. Silence is a transcript without words.
    """
    with open_media(args["path"]) as media:
        media.require_audio()
        engine = recogniser()
        transcriber = SegmentTranscriber(engine, output)
        segmenter = Segmenter(engine.endpointer())
        reported = 0.0
        for chunk in audio_chunks(media):
            output.check()
            for segment in segmenter.feed(chunk):
                yield from transcriber.transcribe(segment)
            if segmenter.seconds - reported >= PROGRESS_SECONDS:
                reported = segmenter.seconds
                output.event("progress", done=round(reported, 2))
                yield
        for segment in segmenter.end():
            yield from transcriber.transcribe(segment)
    return {"text": " ".join(transcriber.texts), "seconds": round(segmenter.seconds, 3)}


class SegmentTranscriber:
    """Numbers the segments in which words were recognised and sends them; others are left out."""

    def __init__(self, engine: Recogniser, output: Output) -> None:
        self.texts: list[str] = []
        self._recogniser = engine
        self._output = output
        self._mean = CepstralMean()

    def transcribe(self, segment: SpeechSegment) -> Generator[None, None, None]:
        tokens = yield from self._recogniser.recognise(segment.audio, self._mean)
        if tokens:
            self._send(segment, tokens)
        self._output.event("progress", done=round(segment.start + segment.seconds, 2))
        yield

    def _send(self, segment: SpeechSegment, tokens: list[Token]) -> None:
        text = " ".join(token.word for token in tokens)
        self._output.event(
            "segment",
            id=len(self.texts),
            start=round(segment.start, 2),
            end=round(segment.start + segment.seconds, 2),
            text=text,
            words=[word_fields(token, segment) for token in tokens],
        )
        self.texts.append(text)


def word_fields(token: Token, segment: SpeechSegment) -> tuple[str, float, float, float]:
    """A word with its times in the file; the engine's last frame may lie past the end of the audio."""
    start, end = min(token.start, segment.seconds), min(token.end, segment.seconds)
    return token.word, round(segment.start + start, 2), round(segment.start + end, 2), token.probability
