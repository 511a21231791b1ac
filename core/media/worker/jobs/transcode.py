"""The audio of any file becomes a file that a provider takes: 16 kHz, mono."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.media.audio_header import WAV_HEADER
from core.media.worker.codecs.containers import MediaFile, open_media
from core.media.worker.codecs.encoders import ContainerEncoder, RawEncoder
from core.media.worker.codecs.pcm import RATE, audio_chunks
from core.media.worker.output import JobError, Output

SHAPE = PcmShape(RATE)
STEP_SECONDS = 10.0
TOO_LARGE = "Converted to {form}, which this model needs, the sound has more than {most:.0f} MB."

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path`, `target`, `format`, `most_bytes` in; returns `{"bytes", "seconds"}`.

    Raises `JobError` (`too_large`) where the target would have more than `most_bytes`; a failed or cancelled
    job removes it.
    """
    target, form, most = Path(args["target"]), AudioFormat(args["format"]), int(args["most_bytes"])
    finished = False
    try:
        with open_media(args["path"]) as media, target.open("w+b") as file:
            seconds = yield from convert(media, file, form, most, output)
        finished = True
    finally:
        if not finished:
            target.unlink(missing_ok=True)
    return {"bytes": target.stat().st_size, "seconds": round(seconds, 3)}


def convert(
    media: MediaFile, file: BinaryIO, form: AudioFormat, most: int, output: Output
) -> Generator[None, None, float]:
    """Write all audio of `media`; how many seconds there were."""
    if form is AudioFormat.WAV:
        file.write(wav_header(SHAPE, 0))
    raw = form in (AudioFormat.WAV, AudioFormat.PCM)
    encoder = RawEncoder(SHAPE, SHAPE, file.write) if raw else ContainerEncoder(form, SHAPE, SHAPE, file)
    size, reported = 0, 0.0
    for chunk in audio_chunks(media):
        output.check()
        if chunk:
            encoder.write(chunk)
        size += len(chunk)
        if file.tell() > most:
            message = TOO_LARGE.format(form=form, most=most / 1024**2)
            raise JobError("invalid", message, code="too_large")
        if SHAPE.seconds(size) - reported >= STEP_SECONDS:
            reported = SHAPE.seconds(size)
            output.event("progress", done=round(reported, 2))
            yield
    encoder.close()
    if form is AudioFormat.WAV:
        end = file.seek(0, 2) - WAV_HEADER
        file.seek(0)
        file.write(wav_header(SHAPE, end))
    return SHAPE.seconds(size)
