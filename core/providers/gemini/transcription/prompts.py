"""The words that tell a model to write down what it hears, and the schema of a transcript with times.

https://ai.google.dev/gemini-api/docs/audio#get-transcript
"""

from __future__ import annotations

from typing import Any

from core.contract.tasks import Task
from core.contract.text.languages import english_name
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest

TASKS = {
    Task.TRANSCRIPTION: "Transcribe the speech in this recording word for word, in the language spoken.",
    Task.TRANSLATION: "Translate the speech in this recording into English.",
}
PLAIN = "Answer with the text alone, without a heading, quotation marks or remarks."
SILENT = "If nobody speaks, answer with nothing."
TIMED = (
    "Answer with its segments in order, each a sentence or two, with the times of its start and its end from "
    "the start of the recording as MM:SS.mmm, and the code of the language spoken."
)
SPEAKERS = "Name the speakers A, B, C and so on, and begin a new segment where the speaker changes."
SEGMENT = {"start": {"type": "string"}, "end": {"type": "string"}, "text": {"type": "string"}}


def prompt(request: TranscriptRequest, *, timed: bool) -> str:
    """The instructions, then the caller's own words."""
    words = [TASKS[request.task], TIMED if timed else f"{PLAIN} {SILENT}"]
    if isinstance(request, TranscriptionRequest):
        words += [SPEAKERS] if request.diarize else []
        words += [f"It is spoken in {english_name(request.language).title()}."] if request.language else []
        words += [f"These words may occur: {', '.join(request.keyterms)}."] if request.keyterms else []
    return "\n".join([*words, *([request.prompt] if request.prompt else [])])


def schema(*, speakers: bool) -> dict[str, Any]:
    """https://ai.google.dev/gemini-api/docs/structured-output"""
    fields = {**SEGMENT, **({"speaker": {"type": "string"}} if speakers else {})}
    segment = {"type": "object", "properties": fields, "required": [*fields]}
    return {
        "type": "object",
        "properties": {"language": {"type": "string"}, "segments": {"type": "array", "items": segment}},
        "required": ["language", "segments"],
    }
