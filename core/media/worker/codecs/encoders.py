"""Encoders of audio: samples go in piece by piece, encoded bytes come out as early as possible."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.media.installed import HINT
from core.media.worker.codecs.filter_graph import GraphResampler
from core.media.worker.codecs.resample import LinearResampler
from core.media.worker.output import JobError

Write = Callable[[bytes], object]

CONTAINERS: dict[AudioFormat, tuple[str, str, int | None, dict[str, str]]] = {
    AudioFormat.MP3: ("mp3", "libmp3lame", 64_000, {"write_xing": "0", "id3v2_version": "0"}),
    AudioFormat.OPUS: ("ogg", "libopus", 32_000, {"page_duration": "20000"}),
    AudioFormat.AAC: ("adts", "aac", 64_000, {}),
    AudioFormat.FLAC: ("flac", "flac", None, {}),
}
"""Container, codec, bits per second of one channel, options by which each packet is written at once."""


OPTIONS = {"flush_packets": "1", "fflags": "+bitexact"}
"""Every packet is written at once, and serial numbers are not random: a job that has to begin again in
another process goes on in the same stream."""


class Encoder(Protocol):
    """Takes signed 16-bit samples, interleaved; `close` writes what is still buffered."""

    def write(self, samples: bytes) -> None: ...

    def close(self) -> None: ...


@cache
def media_library() -> Any:
    """PyAV, or None where it cannot be imported."""
    try:
        av = import_module("av")
    except ImportError:
        return None
    av.logging.set_level(None)
    return av


def require_media_library(what: str) -> Any:
    """PyAV. Raises `JobError` with the install command."""
    av = media_library()
    if av is None:
        raise JobError("unavailable", f"{what} needs PyAV: {HINT}")
    return av


def streaming_encoder(form: AudioFormat, source: PcmShape, target: PcmShape, write: Write) -> Encoder:
    """An encoder whose output goes to `write` as it comes; a WAV header claims an unknown length."""
    if form in CONTAINERS:
        return ContainerEncoder(form, source, target, WriteOnlyFile(write))
    return RawEncoder(source, target, write, wav_header(target) if form is AudioFormat.WAV else b"")


class RawEncoder:
    """Samples as they are, at another rate where needed, after a header."""

    def __init__(self, source: PcmShape, target: PcmShape, write: Write, header: bytes = b"") -> None:
        self._write = write
        self._header = header
        self._same = source == target
        self._linear = self._resampler = None
        if self._same:
            return
        if media_library() is not None:
            self._resampler = Resampler(source, target, "s16", None)
        elif source.channels == target.channels == 1:
            self._linear = LinearResampler(source.sample_rate, target.sample_rate)
        else:
            require_media_library("Mixing channels")

    def write(self, samples: bytes) -> None:
        self._write_header()
        if self._same:
            self._write(samples)
        elif self._linear is not None:
            self._write(self._linear.convert(samples))
        else:
            self._encode(samples)

    def close(self) -> None:
        self._write_header()
        if self._resampler is not None:
            self._encode(None)

    def _write_header(self) -> None:
        if self._header:
            header, self._header = self._header, b""
            self._write(header)

    def _encode(self, samples: bytes | None) -> None:
        assert self._resampler is not None
        for frame in self._resampler.convert(samples):
            self._write(frame_bytes(frame))


class ContainerEncoder:
    """A compressed stream: resampled to what the codec takes, framed by its container."""

    def __init__(self, form: AudioFormat, source: PcmShape, target: PcmShape, output: Any) -> None:
        av = require_media_library(f"The format {form}")
        container, codec, bits, options = CONTAINERS[form]
        self._output = av.open(output, "w", format=container, options={**OPTIONS, **options})
        layout = "mono" if target.channels == 1 else "stereo"
        self._stream = self._output.add_stream(codec, rate=target.sample_rate, layout=layout)
        if bits is not None:
            self._stream.bit_rate = bits * target.channels
        context = self._stream.codec_context
        context.thread_count = 1
        context.open()
        self._resampler = Resampler(source, target, context.format.name, context.frame_size or None)

    def write(self, samples: bytes) -> None:
        self._encode(samples)

    def close(self) -> None:
        self._encode(None)
        self._output.mux(self._stream.encode(None))
        self._output.close()

    def _encode(self, samples: bytes | None) -> None:
        for frame in self._resampler.convert(samples):
            self._output.mux(self._stream.encode(frame))


class Resampler:
    """Raw samples into frames of another rate, layout or sample format; None as samples flushes it."""

    def __init__(
        self, source: PcmShape, target: PcmShape, sample_format: str, frame_size: int | None
    ) -> None:
        av = require_media_library("Another sample rate")
        self._source = source
        self._samples = 0
        layout = "mono" if target.channels == 1 else "stereo"
        self._resampler = GraphResampler(av, sample_format, layout, target.sample_rate, frame_size)

    def convert(self, samples: bytes | None) -> list[Any]:
        frames: list[Any] = self._resampler.resample(None if samples is None else self._frame(samples))
        return frames

    def _frame(self, samples: bytes) -> Any:
        frame = raw_frame(samples, self._source, self._samples)
        self._samples += frame.samples
        return frame


class WriteOnlyFile:
    """The writing half of a file, which suffices for a container that never seeks."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(bytes(data))
        return len(data)


def raw_frame(samples: bytes, shape: PcmShape, at: int) -> Any:
    """One frame of PyAV holding these samples, the first of them number `at` of the stream."""
    av = media_library()
    count = len(samples) // (2 * shape.channels)
    layout = "mono" if shape.channels == 1 else "stereo"
    frame = av.AudioFrame(format="s16", layout=layout, samples=count, align=1)
    frame.sample_rate = shape.sample_rate
    frame.planes[0].update(samples)
    frame.pts = at
    frame.time_base = Fraction(1, shape.sample_rate)
    return frame


def frame_bytes(frame: Any) -> bytes:
    """The samples of an interleaved 16-bit frame, without the padding of its buffer."""
    return bytes(frame.planes[0])[: frame.samples * 2 * frame.layout.nb_channels]
