"""Transcription of the audio of any file, or its translation to English, piece by piece."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.codecs.containers import open_media
from core.media.worker.codecs.pcm import audio_chunks
from core.media.worker.codecs.segments import Segmenter, SpeechSegment
from core.media.worker.engines.voice_activity import VoiceActivity
from core.media.worker.engines.whisper import LanguageVote, Passage, Task, Whisper, whisper
from core.media.worker.output import Output

PROGRESS_SECONDS = 10.0
"""Seconds of silence after which progress is reported again."""

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path`, the folder of the `model`, `language`, `translate`, `words`, `prompt`, `hotwords` and
    `temperature` in; `segment` and `progress` events; returns `{"text", "language", "seconds"}`.

    A segment has `id`, `start`, `end`, `text` with the white space before it, `words` (word, start, end,
    probability) and `measures`; no time goes back and none is past the end. Silence is an empty transcript
    without a language. The file is decoded as it is needed: half a minute of it is in memory.
    """
    with open_media(args["path"]) as media:
        media.require_audio()
        transcriber = Transcriber(whisper(args["model"]), task_of(args), output)
        segmenter = Segmenter(VoiceActivity())
        reported = 0.0
        for chunk in audio_chunks(media):
            output.check()
            for segment in segmenter.feed(chunk):
                yield from transcriber.transcribe(segment)
                reported = segment.end
            if segmenter.seconds - reported >= PROGRESS_SECONDS and not segmenter.speaking:
                reported = segmenter.seconds
                output.event("progress", done=round(reported, 2))
                yield
        for segment in segmenter.end():
            yield from transcriber.transcribe(segment)
    seconds = round(segmenter.seconds, 3)
    return {"text": transcriber.text, "language": transcriber.language, "seconds": seconds}


def task_of(args: dict[str, Any]) -> Task:
    return Task(
        language=args.get("language"),
        translate=args.get("translate", False),
        words=args.get("words", False),
        prompt=args.get("prompt"),
        hotwords=args.get("hotwords"),
        temperature=args.get("temperature") or 0.0,
    )


class Transcriber:
    """Numbers the pieces of text and sends each as soon as it is decoded."""

    def __init__(self, model: Whisper, task: Task, output: Output) -> None:
        self._model = model
        self._task = task
        self._output = output
        self._vote = LanguageVote(task.language)
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._texts)

    @property
    def language(self) -> str | None:
        """The language that is spoken: the one of the task, else the one that was detected."""
        return self._vote.found

    def transcribe(self, segment: SpeechSegment) -> Generator[None, None, None]:
        for passage in self._model.passages(segment, self._task, self._vote):
            self._send(passage)
            yield
        self._output.event("progress", done=round(segment.end, 2))
        yield

    def _send(self, passage: Passage) -> None:
        text = passage.text if self._texts else passage.text.lstrip()
        self._output.event(
            "segment",
            id=len(self._texts),
            start=passage.start,
            end=passage.end,
            text=text,
            words=[(word.word, word.start, word.end, word.probability) for word in passage.words],
            measures=passage.measures,
        )
        self._texts.append(text)
