"""What sound is like and what was said in it, in words."""

from __future__ import annotations

from typing import Any

from core.media.timecode import timecode
from core.providers.local.inspector.report.markdown import (
    Piece,
    cells,
    count,
    decibels,
    heading,
    lasting,
    plain,
    said,
    share,
    size,
    table,
)

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
LISTENED = 300.0
"""Seconds of a sound that the recogniser is given."""

WARNING = (
    "by the local recogniser: it knows US English only and mistakes about one word in four of clear speech"
)


def sound_piece(found: dict[str, Any], title: str, name: str, stored: int) -> Piece:
    """From the event `sound`; its table goes on with the loudness."""
    channels = found["channels"]
    layout = {1: "1 (mono)", 2: "2 (stereo)"}.get(channels, f"{channels} ({plain(found['layout'])})")
    rate = found["bit_rate"]
    rows = [
        ("Container", f"{found['container'].upper()}" + (f", {size(stored)}" if stored else "")),
        ("Codec", codec(found["codec"])),
        ("Sample rate", f"{found['sample_rate']:,} Hz"),
        ("Channels", layout),
        ("Bit rate", f"{rate / 1000:,.0f} kbit/s" if rate else ""),
        *((key.capitalize(), plain(value)) for key, value in found["tags"]),
    ]
    kind = {1: "mono", 2: "stereo"}.get(channels, count(channels, "channel"))
    speech = f"The {title.lower()} is {codec(found['codec'])}, {kind}, at {found['sample_rate']} hertz."
    return Piece(heading(title, name) + table(rows).rstrip("\n") + "\n", speech)


def codec(name: str) -> str:
    return CODECS.get(name, plain(name))


def loudness_piece(found: dict[str, Any]) -> Piece:
    """From the event `loudness`."""
    whole, span, peak, silence = (found[key] for key in ("integrated", "range", "true_peak", "silence"))
    rows = [
        ("Duration", lasting(found["seconds"])),
        ("Loudness", "nothing is loud enough to be measured" if whole is None else decibels(whole, "LUFS")),
        ("Loudness range", "" if span is None else f"{span:.1f} LU"),
        ("True peak", "" if peak is None else decibels(peak, "dBTP") + (", clipping" if peak > 0 else "")),
        ("Silence", f"{share(silence or 0)} (quieter than −50 dBFS)"),
    ]
    loud = "It is silent." if whole is None else f"Its loudness is minus {abs(whole):.0f} LUFS."
    return Piece(f"{cells(rows)}\n", f"It lasts {said(found['seconds'])}. {loud}")


def transcript_opening(seconds: float) -> Piece:
    """What stands over the segments of a transcript."""
    text = f"**Transcript**, {WARNING}.\n\n"
    if seconds > LISTENED:
        text += f"Only the first {timecode(LISTENED)} of {timecode(seconds)} are listened to.\n\n"
    return Piece(text, "This is what I understood. I am a weak listener and know only US English.")


def segment_piece(found: dict[str, Any]) -> Piece:
    """From the event `segment` of the recogniser."""
    return Piece(
        f"- `{timecode(found['start'])}` {plain(found['text'], 2000)}\n", f"{found['text'].capitalize()}."
    )


def transcript_ending(words: int, segments: int) -> Piece:
    if not segments:
        return Piece("No speech was understood.\n\n", "No speech was understood.")
    return Piece(f"\n{count(words, 'word')} in {count(segments, 'stretch', 'stretches')} of speech.\n\n")


def deaf_piece(hint: str) -> Piece:
    return Piece(f"**Transcript**: the recogniser is not installed here: `{hint}`\n\n")
