"""What was heard, gathered from events and written in every response format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.bodies.transcription.subtitles import cues, srt, vtt, word_cues
from core.contract.events import (
    Event,
    Receipt,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
)
from core.contract.languages import english_name
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.contract.usage import Kind, Unit

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
MEDIA_TYPES = {
    form: PLAIN if form in (TranscriptFormat.TEXT, TranscriptFormat.SRT, TranscriptFormat.VTT) else JSON
    for form in TranscriptFormat
}
EXTENSIONS = {TranscriptFormat.TEXT: "txt", TranscriptFormat.SRT: "srt", TranscriptFormat.VTT: "vtt"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole transcript; times are seconds of the file, `language` is a code."""

    text: str
    language: str | None = None
    seconds: float | None = None
    segments: tuple[Segment, ...] = ()
    words: tuple[TranscriptWord, ...] = ()
    aligned: bool = False
    logprobs: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Gathering:
    """Events of one transcript on their way to a `Heard`; other events are of no interest."""

    deltas: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    words: list[TranscriptWord] = field(default_factory=list)
    aligned: bool = False
    logprobs: list[Mapping[str, Any]] = field(default_factory=list)
    whole: Transcript | None = None

    def note(self, event: Event) -> None:
        if isinstance(event, TranscriptDelta):
            self.deltas.append(event.text)
            self.logprobs += event.logprobs
        elif isinstance(event, Segment):
            self.segments.append(event)
        elif isinstance(event, TranscriptWords):
            self.words += event.words
            self.aligned = self.aligned or event.aligned
        elif isinstance(event, Transcript):
            self.whole = event

    def heard(self, request: TranscriptRequest) -> Heard:
        """What has come so far; the request knows the length and perhaps the language."""
        whole = self.whole or Transcript("".join(self.deltas))
        spoken = request.language if isinstance(request, TranscriptionRequest) else "en"
        measured = request.file.seconds
        return Heard(
            text=whole.text,
            language=whole.language or spoken,
            seconds=measured if measured is not None else whole.seconds,
            segments=tuple(self.segments),
            words=tuple(self.words),
            aligned=self.aligned,
            logprobs=tuple(self.logprobs),
        )


def written(heard: Heard, request: TranscriptRequest, receipt: Receipt | None = None) -> str | dict[str, Any]:
    """The answer in the request's format: a string for text and subtitles, else an object for JSON."""
    match request.format:
        case TranscriptFormat.TEXT:
            return heard.text
        case TranscriptFormat.SRT:
            return srt(cues(heard.segments, heard.words, heard.text, heard.seconds))
        case TranscriptFormat.VTT:
            return vtt(cues(heard.segments, heard.words, heard.text, heard.seconds))
        case TranscriptFormat.VERBOSE_JSON:
            return {**verbose(heard, request), **used(receipt, heard)}
        case TranscriptFormat.DIARIZED_JSON:
            return {**diarized(heard), **used(receipt, heard)}
    return {
        "text": heard.text,
        **timed_words(heard, request),
        **sureness(heard, request),
        **used(receipt, heard),
    }


def verbose(heard: Heard, request: TranscriptRequest) -> dict[str, Any]:
    """Segments unless only words were asked for; what is not known is left out."""
    words = timed_words(heard, request)
    found: dict[str, Any] = {"task": "transcribe" if request.task == "transcription" else "translate"}
    if heard.language:
        found["language"] = english_name(heard.language)
    if heard.seconds is not None:
        found["duration"] = heard.seconds
    found["text"] = heard.text
    found |= words
    if request.segments or not words:
        found["segments"] = [segment_object(segment) for segment in segments_of(heard)]
    return found


def timed_words(heard: Heard, request: TranscriptRequest) -> dict[str, Any]:
    """The words where they were asked for, and whether their times were found afterwards."""
    if not isinstance(request, TranscriptionRequest) or not request.words:
        return {}
    words = {"words": [word_object(word) for word in heard.words]}
    return {**words, "words_aligned": True} if heard.aligned else dict(words)


def sureness(heard: Heard, request: TranscriptRequest) -> dict[str, Any]:
    """The tokens with their probabilities, where they were asked for."""
    asked = isinstance(request, TranscriptionRequest) and request.logprobs
    return {"logprobs": list(heard.logprobs)} if asked else {}


def diarized(heard: Heard) -> dict[str, Any]:
    return {
        "task": "transcribe",
        "duration": heard.seconds if heard.seconds is not None else last_end(heard),
        "text": heard.text,
        "segments": [segment_event(segment) for segment in segments_of(heard)],
    }


def segments_of(heard: Heard) -> Sequence[Segment]:
    """The provider's segments, else its words put together as subtitles would be."""
    if heard.segments or not heard.words:
        return heard.segments
    found = enumerate(word_cues(heard.words))
    return [Segment(number, cue.start, cue.end, cue.text, cue.speaker) for number, cue in found]


def last_end(heard: Heard) -> float:
    ends = [segment.end for segment in heard.segments] + [word.end for word in heard.words]
    return max(ends, default=0.0)


def segment_event(segment: Segment) -> dict[str, Any]:
    """A stretch of one speaker, in `diarized_json` and in the stream alike."""
    return {
        "type": "transcript.text.segment",
        "id": f"seg_{segment.id}",
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "speaker": segment.speaker or "A",
    }


def segment_object(segment: Segment) -> dict[str, Any]:
    """OpenAI requires measures of its own model; where nobody took them they are zero."""
    return {
        "id": segment.id,
        "seek": 0,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": 0.0,
        "compression_ratio": 0.0,
        "no_speech_prob": 0.0,
        **spoken_by(segment.speaker),
    }


def word_object(word: TranscriptWord) -> dict[str, Any]:
    found = {"word": word.word, "start": word.start, "end": word.end, **spoken_by(word.speaker)}
    return found if word.confidence is None else {**found, "confidence": word.confidence}


def spoken_by(speaker: str | None) -> dict[str, Any]:
    """OpenRouter's pair: a number and a label."""
    if speaker is None:
        return {}
    if len(speaker) == 1 and "A" <= speaker <= "Z":
        return {"speaker": ord(speaker) - ord("A"), "speaker_label": speaker}
    return {"speaker_label": speaker}


def used(receipt: Receipt | None, heard: Heard) -> dict[str, Any]:
    return {} if receipt is None else {"usage": usage_object(receipt, heard.seconds)}


def usage_object(receipt: Receipt, seconds: float | None = None) -> dict[str, Any]:
    """One object for every client: billed by tokens where there were any, else by duration."""
    units = {(amount.kind, amount.unit): amount.quantity for amount in receipt.amounts}
    text, audio, made = (
        int(units.get((kind, Unit.TOKEN), 0)) for kind in (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.TEXT_OUT)
    )
    length = units.get((Kind.AUDIO_IN, Unit.SECOND), seconds)
    found: dict[str, Any] = {
        "type": "tokens" if text or audio or made or length is None else "duration",
        "input_tokens": text + audio,
        "output_tokens": made,
        "total_tokens": text + audio + made,
        "input_token_details": {"text_tokens": text, "audio_tokens": audio},
    }
    if length is not None:
        found["seconds"] = float(length)
    return {**found, "cost": receipt.cost}


def told(events: Iterable[Event], request: TranscriptRequest) -> Heard:
    """The transcript that these events make."""
    gathering = Gathering()
    for event in events:
        gathering.note(event)
    return gathering.heard(request)
