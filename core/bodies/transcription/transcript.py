"""A finished transcript in every `response_format` of OpenAI's audio endpoints.

https://platform.openai.com/docs/api-reference/audio/verbose-json-object
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypedDict

from core.bodies.transcription.collector import FinishedTranscript
from core.bodies.transcription.options import TranscriptOptions
from core.bodies.transcription.speakers import speaker_lines, with_speakers
from core.bodies.transcription.subtitles import cues, srt, vtt
from core.bodies.transcription.tasks import TRANSCRIPT_OPTIONS
from core.contract.events import Receipt, Segment, TranscriptWord
from core.contract.text.languages import english_name
from core.contract.transcription import TranscriptFormat
from core.contract.translation import TranscriptRequest
from core.contract.usage import Kind, Unit

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
MEDIA_TYPES = {
    form: PLAIN if form in (TranscriptFormat.TEXT, TranscriptFormat.SRT, TranscriptFormat.VTT) else JSON
    for form in TranscriptFormat
}


def render_transcript(
    transcript: FinishedTranscript, request: TranscriptRequest, receipt: Receipt | None = None
) -> str | dict[str, Any]:
    """The answer in the request's format: a string for text and subtitles, else an object for JSON.

    The object is the API's `Transcript`; with a `receipt` it says what it used.
    """
    options = TRANSCRIPT_OPTIONS[request.task](request)
    match request.format:
        case TranscriptFormat.TEXT:
            return plain_text(transcript, options)
        case TranscriptFormat.SRT:
            return srt(cues(transcript.segments, transcript.words, transcript.text, transcript.seconds))
        case TranscriptFormat.VTT:
            return vtt(cues(transcript.segments, transcript.words, transcript.text, transcript.seconds))
    transcript = with_speakers(transcript)
    match request.format:
        case TranscriptFormat.VERBOSE_JSON:
            return {**verbose_json(transcript, options), **usage_field(receipt, transcript)}
        case TranscriptFormat.DIARIZED_JSON:
            return {**diarized_json(transcript, options), **usage_field(receipt, transcript)}
    return {
        "text": transcript.text,
        **word_fields(transcript, options),
        **speaker_segments(transcript, options),
        **logprob_fields(transcript, options),
        **usage_field(receipt, transcript),
    }


def plain_text(transcript: FinishedTranscript, options: TranscriptOptions) -> str:
    """The text; a line for each turn where speakers were asked for and the provider told them."""
    spoken = (*transcript.segments, *transcript.words)
    if not options.diarize or not any(part.speaker for part in spoken):
        return transcript.text
    return "\n".join(speaker_lines(transcript))


def speaker_segments(transcript: FinishedTranscript, options: TranscriptOptions) -> dict[str, Any]:
    """`json` has segments only where they are to say who speaks."""
    if not options.diarize:
        return {}
    return {"segments": [segment_object(segment) for segment in segments_of(transcript)]}


def verbose_json(transcript: FinishedTranscript, options: TranscriptOptions) -> dict[str, Any]:
    """With segments, unless only words were asked for; fields that are not known are left out."""
    words = word_fields(transcript, options)
    fields: dict[str, Any] = {"task": options.task}
    if transcript.language:
        fields["language"] = english_name(transcript.language)
    if transcript.seconds is not None:
        fields["duration"] = transcript.seconds
    fields["text"] = transcript.text
    fields |= words
    if options.segments or not words:
        fields["segments"] = [segment_object(segment) for segment in segments_of(transcript)]
    return fields


def word_fields(transcript: FinishedTranscript, options: TranscriptOptions) -> dict[str, Any]:
    """The words where they were asked for, and whether their times were found afterwards."""
    if not options.words:
        return {}
    fields: dict[str, Any] = {"words": [word_object(word) for word in transcript.words]}
    return {**fields, "words_aligned": True} if transcript.aligned else fields


def logprob_fields(transcript: FinishedTranscript, options: TranscriptOptions) -> dict[str, Any]:
    return {"logprobs": list(transcript.logprobs)} if options.logprobs else {}


def diarized_json(transcript: FinishedTranscript, options: TranscriptOptions) -> dict[str, Any]:
    return {
        "task": options.task,
        "duration": transcript.seconds if transcript.seconds is not None else last_end(transcript),
        "text": transcript.text,
        "segments": [segment_event(segment) for segment in segments_of(transcript)],
    }


def segments_of(transcript: FinishedTranscript) -> Sequence[Segment]:
    """The provider's segments, else its words put together as subtitles would be."""
    if transcript.segments or not transcript.words:
        return transcript.segments
    found = enumerate(cues((), transcript.words, transcript.text))
    return [Segment(number, cue.start, cue.end, cue.text, cue.speaker) for number, cue in found]


def last_end(transcript: FinishedTranscript) -> float:
    ends = [segment.end for segment in transcript.segments] + [word.end for word in transcript.words]
    return max(ends, default=0.0)


def segment_event(segment: Segment) -> dict[str, Any]:
    """A segment of one speaker: the same object in `diarized_json` and as an event of the stream."""
    return {
        "type": "transcript.text.segment",
        "id": f"seg_{segment.id}",
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "speaker": segment.speaker or "A",
    }


def segment_object(segment: Segment) -> dict[str, Any]:
    """A segment of `verbose_json`, with Whisper's measures where the provider reported them: a zero would
    claim certainty."""
    return {
        "id": segment.id,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        **segment.measures,
        **speaker_fields(segment.speaker),
    }


def word_object(word: TranscriptWord) -> dict[str, Any]:
    found = {"word": word.word, "start": word.start, "end": word.end, **speaker_fields(word.speaker)}
    if word.confidence is not None:
        found["confidence"] = word.confidence
    if word.characters:
        found["characters"] = [each._asdict() for each in word.characters]
    return found


def speaker_fields(speaker: str | None) -> dict[str, Any]:
    """OpenRouter's pair: a number, 0 for speaker A, and a label."""
    if speaker is None:
        return {}
    if len(speaker) == 1 and "A" <= speaker <= "Z":
        return {"speaker": ord(speaker) - ord("A"), "speaker_label": speaker}
    return {"speaker_label": speaker}


def usage_field(receipt: Receipt | None, transcript: FinishedTranscript) -> dict[str, Any]:
    return {} if receipt is None else {"usage": transcript_usage(receipt, transcript.seconds)}


class InputTokensDict(TypedDict):
    text_tokens: int
    audio_tokens: int


class DurationDict(TypedDict, total=False):
    """Left out where the duration is not known."""

    seconds: float


class TranscriptUsageDict(DurationDict):
    """`type` is `tokens` or `duration`; `cost` in USD, None where no price is known."""

    type: str
    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: InputTokensDict
    cost: Decimal | None


def transcript_usage(receipt: Receipt, seconds: float | None = None) -> TranscriptUsageDict:
    """`usage` for OpenAI's and OpenRouter's clients: of type `tokens` where there were any, else `duration`.

    `seconds` is the length of the file where the receipt has none.
    """
    units = {(amount.kind, amount.unit): amount.quantity for amount in receipt.amounts}
    text, audio, output = (
        int(units.get((kind, Unit.TOKEN), 0)) for kind in (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.TEXT_OUT)
    )
    length = units.get((Kind.AUDIO_IN, Unit.SECOND), seconds)
    duration: DurationDict = {} if length is None else {"seconds": float(length)}
    return {
        "type": "tokens" if text or audio or output or length is None else "duration",
        "input_tokens": text + audio,
        "output_tokens": output,
        "total_tokens": text + audio + output,
        "input_token_details": {"text_tokens": text, "audio_tokens": audio},
        **duration,
        "cost": receipt.cost,
    }
