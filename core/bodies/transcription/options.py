"""What the answer to a transcription or a translation contains beside its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TranscriptOptions:
    """`task` is its name in `verbose_json`. `language` is the code of the transcript's language, None where
    only the model can tell it.

    `words`, `segments` and `logprobs` ask for those lists, `diarize` for the speaker of each segment.
    """

    task: str
    language: str | None = None
    words: bool = False
    segments: bool = False
    logprobs: bool = False
    diarize: bool = False
