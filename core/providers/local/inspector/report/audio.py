"""The report on audio: coding, loudness, transcript."""

from __future__ import annotations

from typing import Any, TypedDict

from core.media.timecode import timecode
from core.providers.local.inspector.report.markdown import escape, heading, table, table_rows
from core.providers.local.inspector.report.number_format import (
    count,
    duration,
    file_size,
    level,
    percentage,
    spoken_duration,
)
from core.providers.local.inspector.report.piece import ReportPiece

CODECS = {
    "aac": "AAC",
    "alac": "Apple Lossless",
    "flac": "FLAC",
    "mp3": "MP3",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "pcm_s16le": "PCM, 16 bits",
    "pcm_s24le": "PCM, 24 bits",
    "pcm_s16be": "PCM, 16 bits",
    "h264": "H.264",
    "hevc": "H.265",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "mpeg4": "MPEG-4",
}
MAX_TRANSCRIBED = 300.0
"""Seconds from the beginning of the audio that are transcribed."""

HEARD_BY = "by Whisper Base on this computer"


class AudioFacts(TypedDict):
    """The event `audio` of the job `inspect.audio`: bits per second, `tags` by name and value."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    layout: str
    bit_rate: int | None
    tags: list[tuple[str, str]]


class LoudnessFacts(TypedDict):
    """The event `loudness` of the job `inspect.audio`, after EBU R 128.

    `integrated` in LUFS, `range` in LU, `true_peak` in dBTP; None where the audio is too quiet or too short.
    `silence` is the share (0 to 1) of the `seconds`.
    """

    seconds: float
    integrated: float | None
    range: float | None
    true_peak: float | None
    silence: float | None


def audio_piece(found: AudioFacts, title: str, name: str, size: int) -> ReportPiece:
    """The beginning of a table that `loudness_piece` continues; `size` in bytes, 0 where it is not shown."""
    channels = found["channels"]
    layout = {1: "1 (mono)", 2: "2 (stereo)"}.get(channels, f"{channels} ({escape(found['layout'])})")
    rate = found["bit_rate"]
    rows = [
        ("Container", f"{found['container'].upper()}" + (f", {file_size(size)}" if size else "")),
        ("Codec", codec_name(found["codec"])),
        ("Sample rate", f"{found['sample_rate']:,} Hz"),
        ("Channels", layout),
        ("Bit rate", f"{rate / 1000:,.0f} kbit/s" if rate else ""),
        *((key.capitalize(), escape(value)) for key, value in found["tags"]),
    ]
    kind = {1: "mono", 2: "stereo"}.get(channels, count(channels, "channel"))
    speech = f"The {title.lower()} is {codec_name(found['codec'])}, {kind}, at {found['sample_rate']} hertz."
    return ReportPiece(heading(title, name) + table(rows).rstrip("\n") + "\n", speech)


def codec_name(name: str) -> str:
    return CODECS.get(name, escape(name))


def loudness_piece(found: LoudnessFacts) -> ReportPiece:
    """Further rows of the table that `audio_piece` begins."""
    whole, peak = found["integrated"], found["true_peak"]
    span, silence = found["range"], found["silence"]
    rows = [
        ("Duration", duration(found["seconds"])),
        ("Loudness", "nothing is loud enough to be measured" if whole is None else level(whole, "LUFS")),
        ("Loudness range", "" if span is None else f"{span:.1f} LU"),
        ("True peak", "" if peak is None else level(peak, "dBTP") + (", clipping" if peak > 0 else "")),
        ("Silence", f"{percentage(silence or 0)} (quieter than −50 dBFS)"),
    ]
    loud = "It is silent." if whole is None else f"Its loudness is minus {abs(whole):.0f} LUFS."
    return ReportPiece(f"{table_rows(rows)}\n", f"It lasts {spoken_duration(found['seconds'])}. {loud}")


def transcript_heading_piece(seconds: float) -> ReportPiece:
    """The text above the segments of a transcript of audio of this length."""
    text = f"**Transcript**, {HEARD_BY}.\n\n"
    if seconds > MAX_TRANSCRIBED:
        text += f"Only the first {timecode(MAX_TRANSCRIBED)} of {timecode(seconds)} are listened to.\n\n"
    return ReportPiece(text, "This is what I understood.")


def segment_piece(found: dict[str, Any]) -> ReportPiece:
    """From the event `segment` of the job `transcribe`: its `start` and `text`."""
    text = found["text"].strip()
    return ReportPiece(f"- `{timecode(found['start'])}` {escape(text, 2000)}\n", text)


def transcript_summary_piece(words: int, segments: int) -> ReportPiece:
    if not segments:
        return ReportPiece("No speech was understood.\n\n", "No speech was understood.")
    return ReportPiece(
        f"\n{count(words, 'word')} in {count(segments, 'stretch', 'stretches')} of speech.\n\n"
    )


def missing_recogniser_piece(hint: str) -> ReportPiece:
    """`hint` is the install command."""
    return ReportPiece(f"**Transcript**: the recogniser is not installed here: `{hint}`\n\n")
