"""Media files as they may be opened: one demuxer each, codecs from a list, no address but the open file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.media.file_types import FileType
from core.media.worker.codecs.demuxers import demuxer, recognise, unreadable
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
"""Seconds: a shorter gap is rounding, a longer one is a lie about time."""

ALL_GAPS = 3600.0
"""Seconds of nothing that one file may ask for: a few bytes each, but minutes of work."""

SILENT = "There is no sound in this file."
DAMAGED = "This file is damaged or is not what its beginning says."
FOREIGN = "The sound of this file is coded in a way that cannot be read here."


class MediaFile:
    """An open container and its first sound, if it has one."""

    def __init__(self, file_type: FileType, container: Any) -> None:
        self.file_type = file_type
        self.container = container
        self.sound = next(iter(container.streams.audio), None)
        self.origin = max(0.0, (container.start_time or 0) / 1_000_000)
        pictures = [stream for stream in container.streams.video if not is_cover(stream)]
        self.picture = pictures[0] if pictures else None

    def packets(self, stream: Any) -> Iterator[Any]:
        """The packets of one stream; a file that breaks off simply ends here."""
        av = require_media_library("Reading media")
        try:
            yield from self.container.demux(stream)
        except (av.FFmpegError, OverflowError):
            return

    def frames(self) -> Iterator[Any]:
        """The decoded sound; packets that are damaged are left out."""
        av = require_media_library("Reading media")
        for packet in self.packets(self.require_sound()):
            try:
                frames = packet.decode()
            except (av.FFmpegError, OverflowError):
                continue
            yield from frames

    def require_sound(self) -> Any:
        """The stream of sound. Raises `JobError` where there is none that can be decoded."""
        if self.sound is None:
            raise unreadable(SILENT)
        context = self.sound.codec_context
        if context is None or context.name not in AUDIO_CODECS:
            raise unreadable(FOREIGN)
        if not context.channels:
            raise unreadable(DAMAGED)
        return self.sound


class Timeline:
    """Where in the file one is, by the marks of time where they can be believed and by counting else."""

    def __init__(self, origin: float) -> None:
        self.origin = origin
        self.seconds = 0.0
        self._gaps = 0.0

    def gap(self, start: float | None) -> float:
        """Seconds of nothing before a piece that begins at `start`; they count from now on."""
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
        """Something begins at `start` and nobody says how long it lasts: until then something else did."""
        if start is not None and 0 < start - self.origin - self.seconds < GAPS[1]:
            self.seconds = start - self.origin


@contextmanager
def open_media(path: str) -> Iterator[MediaFile]:
    """A sound or video file. Raises `JobError` for everything else and for what cannot be opened."""
    with Path(path).open("rb") as file:
        found = recognise(file)
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


def timestamp(mark: int | None, time_base: Any) -> float | None:
    """A mark of time in seconds; None where there is none."""
    return None if mark is None or time_base is None else float(mark * time_base)


def packet_seconds(packet: Any) -> float:
    """How long a packet lasts, in seconds; zero where nobody says."""
    if not packet.size or packet.duration is None or packet.time_base is None:
        return 0.0
    return min(LONGEST_PACKET, max(0.0, float(packet.duration * packet.time_base)))


def is_cover(stream: Any) -> bool:
    """Whether a stream of pictures is only the cover of the sound."""
    return bool(stream.disposition & type(stream.disposition).attached_pic) if stream.disposition else False
