"""Stored transcripts: for the page, with times found afterwards, as files to download."""

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
    stored = run.transcript
    whole = Segment(0, words[0].start, words[-1].end, stored["text"])
    found = enumerate(cues((whole,), words))
    segments = stored.get("segments") or [
        {"id": number, "start": cue.start, "end": cue.end, "text": cue.text} for number, cue in found
    ]
    return {
        "words": [frames.transcript_word_fields(word) for word in words],
        "transcript": {**stored, "segments": segments, "aligned": True},
    }


def page_fields(run: Run) -> dict[str, Any]:
    """The transcript of a run with all that its page needs, as JSON."""
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
    """The transcript of a row; speakers that were given names have these."""
    stored = run.transcript
    names: Mapping[str, str] = stored.get("speakers", {})
    return FinishedTranscript(
        text=stored.get("text", ""),
        language=stored.get("language"),
        seconds=run.duration,
        segments=tuple(Segment(**with_speaker_name(fields, names)) for fields in stored.get("segments", ())),
        words=tuple(TranscriptWord(**with_speaker_name(fields, names)) for fields in run.words),
    )


def with_speaker_name(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    speaker = fields.get("speaker")
    return {**fields, "speaker": names.get(speaker) or speaker} if speaker else dict(fields)


def as_text(found: FinishedTranscript) -> str:
    """A line for each segment, after its speaker where that is known."""
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
    "txt": ("text/plain; charset=utf-8", as_text),
    "srt": ("application/x-subrip; charset=utf-8", timed(srt)),
    "vtt": ("text/vtt; charset=utf-8", timed(vtt)),
    "json": ("application/json", as_json),
}
"""Media type and writer of each file by its extension."""
