"""The audio of a run: on disk as it arrives, then one file in the format the user chose."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from uuid import UUID

from django.core.files import File

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import NotFound, PolyphonyError, Unavailable
from core.contract.events import AudioStart, SpeechWord
from core.media import client as media
from core.media.audio_header import WAV_HEADER, wav_header_with_sizes
from core.models.offload import offload
from playground.uploads.scratch import scratch_folder
from playground.uploads.storage import save_file, storage_failed

log = logging.getLogger("polyphony.runs")

BLOCK = 64 * 1024
"""Bytes per write: a write per chunk costs more than sending it."""


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """The stored file: its name in the storage and its size in bytes."""

    name: str
    format: AudioFormat
    size: int


class RunAudio:
    """The bytes of one run as they were relayed, in a private file until `discard`.

    `start` is the format of the bytes, `words` are the times of the spoken words.
    """

    def __init__(self, run: UUID) -> None:
        self.run = run
        self.size = 0
        self.words: list[SpeechWord] = []
        self._waiting = bytearray()
        self.start: AudioStart | None = None
        self._path = scratch_folder() / f"{run}.sound"
        self._file: int | None = None
        # a descriptor closed while a thread reads may be reused for another file
        self._lock = Lock()

    def open(self, start: AudioStart) -> None:
        """Make the file. Raises `Unavailable` when the disk refuses."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise storage_failed() from error
        self.start = start

    def write(self, data: bytes) -> None:
        """Append. Raises `Unavailable` when the disk refuses: audio that cannot be stored is not paid for."""
        if self._file is None:
            raise Unavailable("Sound came before its format was known.", code="storage_failed")
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered to disk. Raises as `write`."""
        while self._waiting and self._file is not None:
            try:
                count = os.write(self._file, self._waiting)
            except OSError as error:
                raise storage_failed() from error
            del self._waiting[:count]

    def read(self, offset: int, size: int) -> bytes:
        """Bytes that are on disk; blocking, safe in any thread. Raises `NotFound` after `discard`."""
        with self._lock:
            if self._file is None:
                raise NotFound("The live sound of this run is no longer kept.", code="log_trimmed")
            return os.pread(self._file, size, offset)

    @property
    def duration(self) -> float | None:
        """Playing time in seconds; None for formats that only a decoder can measure."""
        if self.start is None or self.start.format not in (AudioFormat.PCM, AudioFormat.WAV):
            return None
        header = WAV_HEADER if self.start.format is AudioFormat.WAV else 0
        return round(shape_of(self.start).seconds(max(0, self.size - header)), 3)

    async def store(self, wanted: AudioFormat, user_id: int) -> StoredAudio | None:
        """Store the file for download; None without audio. Samples are encoded as `wanted`, or as WAV where
        the encoder is missing; other formats are stored as the provider sent them."""
        if self.start is None or not self.size:
            return None
        self.flush()
        try:
            path, form = await self._encoded(wanted)
            return await offload(store_file, path, form, f"runs/{user_id}/{self.run}.{form.extension}")
        finally:
            self._delete_copies()

    def _delete_copies(self) -> None:
        """Delete what was made of the relayed bytes, whole or not."""
        for path in self._path.parent.glob(f"{self.run}.*"):
            if path != self._path:
                path.unlink(missing_ok=True)

    async def _encoded(self, wanted: AudioFormat) -> tuple[Path, AudioFormat]:
        assert self.start is not None
        if self.start.format is not AudioFormat.PCM:
            return await offload(self._as_sent), self.start.format
        if wanted is AudioFormat.PCM:
            return self._path, wanted
        if wanted is not AudioFormat.WAV:
            try:
                path = self._path.with_suffix(f".{wanted.extension}")
                await media.encode(self._path, shape_of(self.start), path, wanted)
                return path, wanted
            except PolyphonyError as error:
                log.warning("run %s: kept as WAV instead of %s: %s", self.run, wanted, error.message)
            except Exception:
                log.exception("run %s: kept as WAV instead of %s", self.run, wanted)
        return await offload(self._as_wav), AudioFormat.WAV

    def _as_wav(self) -> Path:
        assert self.start is not None
        path = self._path.with_suffix(".wav")
        with open(path, "wb", opener=private) as target, open(self._path, "rb") as source:
            target.write(wav_header(shape_of(self.start), self.size))
            shutil.copyfileobj(source, target)
        return path

    def _as_sent(self) -> Path:
        """The relayed bytes; a streamed WAV header that left its sizes open gets them now."""
        with open(self._path, "rb") as source:
            header = wav_header_with_sizes(source.read(WAV_HEADER), self.size)
        if header is None:
            return self._path
        path = self._path.with_suffix(".copy")
        shutil.copyfile(self._path, path)
        with open(path, "r+b") as target:
            target.write(header)
        return path

    def discard(self) -> None:
        """Delete the relayed bytes; the stored file stays."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
        self._path.unlink(missing_ok=True)


def shape_of(start: AudioStart) -> PcmShape:
    return PcmShape(start.sample_rate, start.channels)


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def store_file(path: Path, form: AudioFormat, name: str) -> StoredAudio:
    with open(path, "rb") as source:
        stored = save_file(name, File(source))
    return StoredAudio(stored, form, path.stat().st_size)
