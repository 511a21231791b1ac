"""Audio and video files: one speech in every container, and files with wrong headers."""

from __future__ import annotations

import math
import re
import struct
import wave
from array import array
from pathlib import Path

import av

from core.contract.audio import PcmShape, wav_header

SAID = (
    "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
)
RATE = 16_000

CONTAINERS = {
    "wav": ("wav", "pcm_s16le", 44_100),
    "mp3": ("mp3", "libmp3lame", 44_100),
    "flac": ("flac", "flac", 44_100),
    "ogg": ("ogg", "libopus", 48_000),
    "m4a": ("ipod", "aac", 44_100),
    "aac": ("adts", "aac", 44_100),
    "aiff": ("aiff", "pcm_s16be", 44_100),
    "webm": ("webm", "libopus", 48_000),
    "mp4": ("mp4", "aac", 44_100),
    "mov": ("mov", "pcm_s16le", 44_100),
}


class Pipe:
    """A file that cannot seek, as a browser's recorder writes it: lengths in the header stay unknown."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, data: bytes) -> int:
        self.content += bytes(data)
        return len(data)


def samples(source: Path, seconds: float | None = None) -> bytes:
    """The audio of a file as 16-bit samples at 16 kHz, mono."""
    found = bytearray()
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(source)) as container:
        for frame in [*container.decode(audio=0), None]:
            for made in resampler.resample(frame):
                found += bytes(made.planes[0])[: 2 * made.samples]
    return bytes(found if seconds is None else found[: round(seconds * RATE) * 2])


def sine(seconds: float, level: float = 0.5) -> bytes:
    """A tone of 1 kHz at 16 kHz, of which no speech is understood."""
    waves = (level * 32767 * math.sin(2 * math.pi * 1000 * at / RATE) for at in range(round(seconds * RATE)))
    return array("h", map(round, waves)).tobytes()


def write_wav(path: Path, pcm: bytes, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(pcm)
    return path


def recode(pcm: bytes, path: Path, *, picture: bool = False, piped: bool = False) -> Path:
    """16 kHz samples encoded to `path`, in the container of its suffix; `picture` adds a video stream."""
    form, codec, rate = CONTAINERS[path.suffix[1:]]
    pipe = Pipe()
    with av.open(pipe if piped else str(path), "w", format=form) as output:
        images = output.add_stream("mpeg4", rate=10, width=64, height=48) if picture else None
        stream = output.add_stream(codec, rate=rate, layout="mono")
        context = stream.codec_context
        context.open()
        if images is not None:
            for packet in (images.encode(frame) for frame in [*map(image, range(30)), None]):
                output.mux(packet)
        resampler = av.AudioResampler(context.format.name, "mono", rate, context.frame_size or None)
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2, align=1)
        frame.sample_rate = RATE
        frame.planes[0].update(pcm)
        for made in [*resampler.resample(frame), *resampler.resample(None), None]:
            output.mux(stream.encode(made))
    if piped:
        path.write_bytes(pipe.content)
    return path


def image(number: int) -> av.VideoFrame:
    frame = av.VideoFrame(64, 48, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.pts = number
    return frame


def broken_wav(*, channels: int = 1, rate: int = RATE, claimed: int = 3200, held: int = 3200) -> bytes:
    """A wav file whose header claims `claimed` bytes while it has `held`."""
    header = bytearray(wav_header(PcmShape(RATE, 1), claimed))
    struct.pack_into("<HI", header, 22, channels, rate)
    return bytes(header) + bytes(held)


def word_errors(heard: str, said: str = SAID) -> float:
    """The word error rate: the share of words inserted, left out or mistaken, whatever their case."""
    found, wanted = (re.findall(r"[\w']+", text.lower()) for text in (heard, said))
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, 1):
        above, row[0] = row[:], number
        for at, other in enumerate(found, 1):
            row[at] = min(above[at] + 1, row[at - 1] + 1, above[at - 1] + (word != other))
    return row[-1] / len(wanted)
