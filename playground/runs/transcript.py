"""What a run heard, as its row keeps it, as a person corrects it, as a file takes it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from core.bodies.transcription.collector import FinishedTranscript
from core.bodies.transcription.subtitles import cues, srt, vtt
from core.contract.events import Segment, TranscriptWord
from playground import frames
from playground.models import Run


def aligned_columns(run: Run, words: tuple[TranscriptWord, ...]) -> dict[str, Any]:
    """The columns of a transcript whose times were found afterwards."""
    kept = run.transcript
    told = Segment(0, words[0].start, words[-1].end, kept["text"])
    found = enumerate(cues((told,), words))
    segments = kept.get("segments") or [
        {"id": number, "start": cue.start, "end": cue.end, "text": cue.text} for number, cue in found
    ]
    return {
        "words": [frames.transcript_word_fields(word) for word in words],
        "transcript": {**kept, "segments": segments, "aligned": True},
    }


def page_fields(run: Run) -> dict[str, Any]:
    """The transcript of a run with everything a page needs to show it."""
    return {
        "text": "",
        "language": None,
        "segments": [],
        "speakers": {},
        **run.transcript,
        "words": run.words,
        "duration": run.duration or (run.upload.seconds if run.upload else None),
        "task": run.task,
        "name": run.title,
        "media": run.media,
        "upload": str(run.upload_id) if run.upload_id else None,
        "run": str(run.id),
        "receipt": run.receipt,
    }


def stored_transcript(run: Run) -> FinishedTranscript:
    """The transcript with the speakers under the names they were given."""
    kept = run.transcript
    names: Mapping[str, str] = kept.get("speakers", {})
    return FinishedTranscript(
        text=kept.get("text", ""),
        language=kept.get("language"),
        seconds=run.duration,
        segments=tuple(Segment(**named(fields, names)) for fields in kept.get("segments", ())),
        words=tuple(TranscriptWord(**named(fields, names)) for fields in run.words),
    )


def named(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    speaker = fields.get("speaker")
    return {**fields, "speaker": names.get(speaker) or speaker} if speaker else dict(fields)


def plain(found: FinishedTranscript) -> str:
    """A paragraph for each segment, with who said it where that is known."""
    lines = [f"{part.speaker}: {part.text}" if part.speaker else part.text for part in found.segments]
    return "\n".join(line.strip() for line in lines) + "\n" if lines else found.text + "\n"


def as_json(found: FinishedTranscript) -> str:
    body = {
        "text": found.text,
        "language": found.language,
        "duration": found.seconds,
        "segments": [frames.segment_fields(segment) for segment in found.segments],
        "words": [frames.transcript_word_fields(word) for word in found.words],
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n"


def timed(write: Callable[..., str]) -> Callable[[FinishedTranscript], str]:
    return lambda found: write(cues(found.segments, found.words, found.text, found.seconds))


FILES: dict[str, tuple[str, Callable[[FinishedTranscript], str]]] = {
    "txt": ("text/plain; charset=utf-8", plain),
    "srt": ("application/x-subrip; charset=utf-8", timed(srt)),
    "vtt": ("text/vtt; charset=utf-8", timed(vtt)),
    "json": ("application/json", as_json),
}
"""Media type and writer of each file by its extension."""
