"""Who speaks, for segments and words alike where the provider told it of only one of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from core.bodies.transcription.collector import FinishedTranscript
from core.bodies.transcription.subtitles import cues, middle
from core.contract.events import Segment, TranscriptWord
from core.contract.text.spacing import join_texts


def with_speakers(transcript: FinishedTranscript) -> FinishedTranscript:
    """Segments without a speaker get the one of most of their words, words that of their segment."""
    words = sorted(transcript.words, key=middle)
    if not any(part.speaker for part in (*transcript.segments, *words)):
        return transcript
    segments = tuple(replace(part, speaker=speaker_of(part, words)) for part in transcript.segments)
    speakers = {
        id(word): part.speaker for part in segments for word in words_in(part, words) if not word.speaker
    }
    return replace(
        transcript,
        segments=segments,
        words=tuple(
            replace(word, speaker=word.speaker or speakers.get(id(word))) for word in transcript.words
        ),
    )


def speaker_of(segment: Segment, words: list[TranscriptWord]) -> str | None:
    found = Counter(word.speaker for word in words_in(segment, words) if word.speaker)
    return segment.speaker or (found.most_common(1)[0][0] if found else None)


def words_in(segment: Segment, words: list[TranscriptWord]) -> list[TranscriptWord]:
    """Those of the words, in the order of their middles, whose middle is in the segment."""
    first, last = bisect_left(words, segment.start, key=middle), bisect_right(words, segment.end, key=middle)
    return words[first:last]


def speaker_lines(transcript: FinishedTranscript) -> Iterator[str]:
    """The text, a line for each turn, after its speaker where that is known."""
    found = cues(transcript.segments, transcript.words, transcript.text, transcript.seconds)
    for speaker, turn in groupby(found, key=lambda cue: cue.speaker):
        text = join_texts([cue.text for cue in turn])
        yield f"{speaker}: {text}" if speaker else text
