"""Raw samples become an audio file in the format that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, BinaryIO

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape, wav_header
from core.media.audio_header import WAV_HEADER
from core.media.worker.codecs.encoders import ContainerEncoder, RawEncoder, streaming_encoder
from core.media.worker.output import JobError, Output

STEP_SECONDS = 10

RATES = {
    AudioFormat.MP3: (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    AudioFormat.OPUS: (8000, 12000, 16000, 24000, 48000),
    AudioFormat.AAC: (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
}
"""What the codecs take; wav and flac keep the rate they get."""

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`source` (raw s16le), `sample_rate`, `channels`, `target`, `format`; returns `{"bytes", "seconds"}`.

    The target is a whole file with true sizes in its header; a failed or cancelled job removes it. Without a
    target the audio goes out, after the event `audio` with its rate and channels, and `source` may grow.
    """
    shape, form = PcmShape(int(args["sample_rate"]), int(args["channels"])), AudioFormat(args["format"])
    check_shape(shape)
    source = Path(args["source"])
    if "target" not in args:
        return (yield from stream(source, shape, form, output))
    target = Path(args["target"])
    finished = False
    try:
        with source.open("rb") as samples, target.open("w+b") as file:
            yield from _convert(samples, file, form, shape, output)
        finished = True
    finally:
        if not finished:
            target.unlink(missing_ok=True)
    frames = source.stat().st_size // (2 * shape.channels)
    return {"bytes": target.stat().st_size, "seconds": round(frames / shape.sample_rate, 3)}


def stream(source: Path, shape: PcmShape, form: AudioFormat, output: Output) -> Generator[None, None, Result]:
    """Encode a file that may grow; returns `{"bytes", "seconds"}` of its samples once it has ended."""
    goal = shape_for(form, shape)
    raw = form in (AudioFormat.WAV, AudioFormat.PCM)

    def send(data: bytes) -> None:
        if data:
            output.audio(data, len(data) if raw else 1)

    output.event("audio", sample_rate=goal.sample_rate, channels=goal.channels)
    encoder = streaming_encoder(form, shape, goal, send)
    size = yield from encode_growing(source, shape, encoder.write, output)
    encoder.close()
    return {"bytes": size, "seconds": round(shape.seconds(size), 3)}


def encode_growing(
    source: Path, shape: PcmShape, write: Callable[[bytes], object], output: Output
) -> Generator[None, None, int]:
    """All whole samples of a file into `write`, step by step; how many bytes there were.

    A step ends where there is nothing more to read; the next one goes on from there.
    """
    size, rest, block = 0, b"", 2 * shape.channels
    with source.open("rb") as samples:
        while True:
            ended = output.input_ended  # told before the step began: what it says was written is there
            chunk = rest + samples.read(STEP_SECONDS * shape.bytes_per_second)
            whole = len(chunk) - len(chunk) % block
            rest = chunk[whole:]
            if whole:
                write(chunk[:whole])
                size += whole
            elif ended:
                return size
            yield


def check_shape(shape: PcmShape) -> None:
    """Raises `JobError` for samples that no encoder takes."""
    if shape.channels not in (1, 2) or not 4000 <= shape.sample_rate <= 192_000:
        raise JobError("invalid", "Sound must have one or two channels at 4,000 to 192,000 Hz.")


def shape_for(form: AudioFormat, source: PcmShape) -> PcmShape:
    """The nearest shape a format can hold that loses nothing; raw pcm is always 24 kHz mono."""
    if form is AudioFormat.PCM:
        return PcmShape(PCM_RATE, 1)
    rates = RATES.get(form, (source.sample_rate,))
    fitting = [rate for rate in rates if rate >= source.sample_rate]
    return PcmShape(fitting[0] if fitting else rates[-1], source.channels)


def _convert(
    samples: BinaryIO, file: BinaryIO, form: AudioFormat, shape: PcmShape, output: Output
) -> Generator[None, None, None]:
    goal = shape_for(form, shape)
    if form is AudioFormat.WAV:
        file.write(wav_header(goal, 0))
    raw = form in (AudioFormat.WAV, AudioFormat.PCM)
    encoder = RawEncoder(shape, goal, file.write) if raw else ContainerEncoder(form, shape, goal, file)
    block = 2 * shape.channels
    while chunk := samples.read(shape.bytes_per_second):
        output.check()
        encoder.write(chunk[: len(chunk) - len(chunk) % block])
        if samples.tell() // shape.bytes_per_second % STEP_SECONDS == 0:
            output.event("progress", done=samples.tell() / shape.bytes_per_second, unit="second")
            yield
    encoder.close()
    if form is AudioFormat.WAV:
        size = file.seek(0, 2) - WAV_HEADER
        file.seek(0)
        file.write(wav_header(goal, size))
