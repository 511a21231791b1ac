"""Audio and video files, opened safely: one demuxer each, listed codecs, no access to any other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.media.file_types import FileType
from core.media.worker.codecs.demuxers import demuxer, input_type, unreadable
from core.media.worker.codecs.encoders import require_media_library

DEMUXERS = "wav,mp3,flac,ogg,mov,mp4,m4a,3gp,3g2,mj2,aac,aiff,matroska,webm,mpeg"
AUDIO_CODECS = (
    *("aac", "alac", "ac3", "eac3", "flac", "opus", "libopus", "vorbis", "speex", "libspeex"),
    *("mp1", "mp2", "mp3", "mp1float", "mp2float", "mp3float"),
    *("amrnb", "amrwb", "amr_nb", "amr_wb", "gsm", "gsm_ms"),
    *("adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s8"),
    *(f"pcm_{kind}{end}" for kind in ("s16", "s24", "s32", "f32", "f64") for end in ("le", "be")),
)
VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "mpeg1video", "mpeg2video")
OPTIONS = {
    "format_whitelist": DEMUXERS,
    "codec_whitelist": ",".join((*AUDIO_CODECS, *VIDEO_CODECS)),
    "protocol_whitelist": "",
}
LONGEST_PACKET = 10.0
GAPS = (0.2, 60.0)
"""Seconds: a shorter gap is rounding, a longer one is a false timestamp."""

ALL_GAPS = 3600.0
"""Seconds of gaps that one file may have: a gap takes a few bytes in the file, but minutes of work."""

SILENT = "There is no sound in this file."
DAMAGED = "This file is damaged or is not what its beginning says."
FOREIGN = "The sound of this file is coded in a way that cannot be read here."


class MediaFile:
    """An open container with its first audio stream and its first video stream that is no cover, if any."""

    def __init__(self, file_type: FileType, container: Any) -> None:
        self.file_type = file_type
        self.container = container
        self.audio = next(iter(container.streams.audio), None)
        self.origin = max(0.0, (container.start_time or 0) / 1_000_000)
        videos = [stream for stream in container.streams.video if not is_cover(stream)]
        self.video = videos[0] if videos else None

    def packets(self, stream: Any) -> Iterator[Any]:
        """The packets of one stream; a truncated file ends where it breaks off."""
        av = require_media_library("Reading media")
        try:
            yield from self.container.demux(stream)
        except (av.FFmpegError, OverflowError):
            return

    def frames(self) -> Iterator[Any]:
        """The decoded audio; packets that are damaged are left out."""
        av = require_media_library("Reading media")
        for packet in self.packets(self.require_audio()):
            try:
                frames = packet.decode()
            except (av.FFmpegError, OverflowError):
                continue
            yield from frames

    def require_audio(self) -> Any:
        """The audio stream. Raises `JobError` where there is none that can be decoded."""
        if self.audio is None:
            raise unreadable(SILENT)
        context = self.audio.codec_context
        if context is None or context.name not in AUDIO_CODECS:
            raise unreadable(FOREIGN)
        if not context.channels:
            raise unreadable(DAMAGED)
        return self.audio


class Timeline:
    """The position in the file, by plausible timestamps and by counting where there are none."""

    def __init__(self, origin: float) -> None:
        self.origin = origin
        self.seconds = 0.0
        self._gaps = 0.0

    def gap(self, start: float | None) -> float:
        """Seconds of the gap before data that begins at `start`; they are added to the position."""
        if start is None:
            return 0.0
        gap = start - self.origin - self.seconds
        if not GAPS[0] < gap < GAPS[1] or self._gaps + gap > ALL_GAPS:
            return 0.0
        self._gaps += gap
        self.seconds += gap
        return gap

    def extend(self, seconds: float) -> None:
        self.seconds += seconds

    def reach(self, start: float | None) -> None:
        """Move on to `start`, where data of unknown duration begins: the data before it lasted until then."""
        if start is not None and 0 < start - self.origin - self.seconds < GAPS[1]:
            self.seconds = start - self.origin


@contextmanager
def open_media(path: str) -> Iterator[MediaFile]:
    """An audio or video file. Raises `JobError` for everything else and for what cannot be opened."""
    with Path(path).open("rb") as file:
        found = input_type(file)
        reader = demuxer(found)
        if not reader:
            raise unreadable(SILENT)
        av = require_media_library("Reading media")
        try:
            container = av.open(file, format=reader, options=OPTIONS, metadata_errors="replace")
        except (av.FFmpegError, OverflowError):
            raise unreadable(DAMAGED) from None
        with container:
            yield MediaFile(found, container)


def timestamp(value: int | None, time_base: Any) -> float | None:
    """A timestamp in seconds; None where there is none."""
    return None if value is None or time_base is None else float(value * time_base)


def packet_seconds(packet: Any) -> float:
    """How long a packet lasts, in seconds; zero where it is not declared."""
    if not packet.size or packet.duration is None or packet.time_base is None:
        return 0.0
    return min(LONGEST_PACKET, max(0.0, float(packet.duration * packet.time_base)))


def is_cover(stream: Any) -> bool:
    """Whether a video stream is only the cover image of the audio."""
    return bool(stream.disposition & type(stream.disposition).attached_pic) if stream.disposition else False
