"""The files of a chat request: extracted from its body, checked, on disk until the response has ended."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from core.api.files.audio_duration import probe_media
from core.api.files.temporary_files import TemporaryFile
from core.api.http.request_body import MIB
from core.bodies.files.base64_stream import MOST_FILES, MOST_REST, Sink, restore_placeholders
from core.bodies.files.data_urls import MessageFile, modality_name
from core.bodies.files.message_files import AttachmentType, attachment_type
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import InvalidRequest, TooLarge
from core.media import image_size

IMAGE_MB = 20
FILES_PER_REQUEST = 2
"""All files of a request together may be as large as so many of the largest size."""

TIMED = (Modality.AUDIO, Modality.VIDEO)


class Attachment(TemporaryFile):
    """One file; bytes over its cap are counted, not written: the field an error names is known later."""

    def write(self, data: bytes) -> None:
        if self.size + len(data) > self.cap:
            self.size += len(data)
        else:
            super().write(data)


class Attachments:
    """All files of one request; `close` deletes them. `broken` has the marks of those that are no base64.

    An image may have `image_mb` megabytes, all files together `files` times as many as one may have.
    """

    def __init__(self, image_mb: int = IMAGE_MB, files: int = FILES_PER_REQUEST) -> None:
        self._image_mb = image_mb
        self._most = files * settings.MAX_UPLOAD_MB * MIB
        self.broken: set[str] = set()
        self._files: list[Attachment] = []
        self._open: list[Attachment] = []
        self._marked: dict[str, Attachment] = {}
        self._by_mark: dict[str, Attachment] = {}
        self._total = 0
        self._closed = False

    def open(self, mark: str) -> Sink:
        """A sink for the file that `mark` stands for in the body. Raises `Unavailable` on a full disk."""
        self._marked[mark] = self._by_mark[mark] = file = self._new_file()
        return file.write

    def save(self) -> None:
        """Write buffered bytes, blocking; all files but the last are complete."""
        for file in self._open:
            file.save()
        for file in self._open[:-1]:
            file.end_writing()
        del self._open[:-1]

    async def extract(self, found: Sequence[MessageFile]) -> dict[str, Media]:
        """The files that were found, by `param`. Raises `InvalidRequest` or `TooLarge` naming one."""
        if len(found) > MOST_FILES:
            raise TooLarge(
                f"The messages have {len(found):,} files; at most {MOST_FILES} are taken.", param="messages"
            )
        await self._finish_writing()
        return {place.param: await self._media(place) for place in found}

    async def _finish_writing(self) -> None:
        for file in self._open:
            await file.flush()
            file.end_writing()
        self._open.clear()

    async def _media(self, found: MessageFile) -> Media:
        if found.upload:
            raise InvalidRequest(f"{found.param}: send the file itself.", param=found.param)
        if found.data in self.broken:
            raise invalid_base64(found)
        file = self._marked.pop(found.data, None) or await self._decoded(found)
        self._check_size(file, found)
        kind = await asyncio.to_thread(checked_type, file, found)
        if found.modality is Modality.IMAGE:
            await asyncio.to_thread(check_image, file.path, kind, found)
        seconds = kind.seconds(file.size) if kind.sample else await media_duration(file.path, found)
        name = f"{found.modality}.{kind.extension}"
        return Media(found.modality, file.path, kind.media_type, file.size, name, kind.format, seconds)

    async def _decoded(self, found: MessageFile) -> Attachment:
        """A short file, whose base64 is still in the body."""
        file = self._new_file()
        await asyncio.to_thread(decode_into, file, found)
        return file

    def _new_file(self) -> Attachment:
        file = Attachment(settings.MAX_UPLOAD_MB * MIB)
        self._files.append(file)
        self._open.append(file)
        if self._closed:  # the request was cancelled while a thread went on parsing
            file.close()
        return file

    def _check_size(self, file: Attachment, found: MessageFile) -> None:
        limit = settings.MAX_UPLOAD_MB
        if found.modality is Modality.IMAGE:
            limit = min(self._image_mb, limit)
        self._total += file.size
        if file.size > limit * MIB:
            raise too_large(f"{found.param} has", file.size, limit * MIB, found)
        if self._total > self._most:
            raise too_large(f"With {found.param} the files have", self._total, self._most, found)

    def refuse_rest(self) -> None:
        """Raise `InvalidRequest` for a file that stands where nothing looked for one."""
        if self._marked:
            raise InvalidRequest("A file stands in the body where none is taken.")

    async def restore(self, request: ChatRequest) -> ChatRequest:
        """`request` with the base64 of files outside messages back in place of their marks.

        Fields that are relayed unchanged may have files too. Raises `InvalidRequest` for more of them than a
        body may have beside its files.
        """
        if not self._marked:
            return request
        await self._finish_writing()
        return await asyncio.to_thread(self._restored, request)

    def _restored(self, request: ChatRequest) -> ChatRequest:
        marks, left = tuple(self._marked), MOST_REST

        def text(mark: str) -> str:
            nonlocal left
            file = self._marked[mark]
            left -= file.size * 4 // 3
            if mark in self.broken or file.size > file.cap or left < 0:
                raise InvalidRequest(
                    "A file stands in the body where none is taken: files belong into messages."
                )
            return base64.b64encode(Path(file.path).read_bytes()).decode()

        return replace(
            request,
            messages=restore_placeholders(request.messages, marks, text),
            parameters=restore_placeholders(request.parameters, marks, text),
            options=restore_placeholders(request.options, marks, text),
        )

    def embed(self, value: Any, most: int) -> Any:
        """A JSON value with the base64 of files in place of their marks, blocking.

        Raises `TooLarge` where the files have more than `most` bytes.
        """
        left = most

        def text(mark: str) -> str:
            nonlocal left
            left -= self._by_mark[mark].size * 4 // 3
            if left < 0:
                raise TooLarge(f"The files have more than {most:,} bytes.")
            return base64.b64encode(Path(self._by_mark[mark].path).read_bytes()).decode()

        return restore_placeholders(value, tuple(self._by_mark), text) if self._by_mark else value

    def close(self) -> None:
        self._closed = True
        for file in self._files:
            file.close()


def decode_into(file: Attachment, found: MessageFile) -> None:
    """Decode and write, in a thread. Raises `InvalidRequest` naming the field that is no base64."""
    try:
        data = binascii.a2b_base64("".join(found.data.split()).encode(), strict_mode=True)
    except ValueError:
        failure = invalid_base64(found)
    else:
        file.write(data)
        file.save()
        file.end_writing()
        return
    raise failure


def checked_type(file: Attachment, found: MessageFile) -> AttachmentType:
    """The type of a complete file, blocking. Raises `InvalidRequest` as `attachment_type`."""
    with Path(file.path).open("rb") as written:
        return attachment_type(written, file.size, found)


def check_image(path: str, kind: AttachmentType, found: MessageFile) -> None:
    """Raise `InvalidRequest` for an image without a size and for one with too many pixels."""
    try:
        with Path(path).open("rb") as file:
            image_size.size(file, "jpeg" if kind.extension == "jpg" else kind.extension)
    except image_size.UnreadableImage as error:
        failure = InvalidRequest(f"{found.param}: {error}", param=found.param, code="unsupported_media")
    else:
        return
    raise failure


async def media_duration(path: str, found: MessageFile) -> float | None:
    """Seconds of audio or video. Raises `InvalidRequest` for a file of another kind than its field."""
    if found.modality not in TIMED:
        return None
    probe = await probe_media(path, found.param)
    if probe is not None and probe.kind != found.modality:
        raise InvalidRequest(
            f"{found.param} must be {modality_name(found.modality)}; it is {probe.media_type}.",
            param=found.param,
            code="unsupported_media",
        )
    return probe.seconds if probe else None


def invalid_base64(found: MessageFile) -> InvalidRequest:
    return InvalidRequest(f"{found.param} is not valid base64.", param=found.param, code="invalid_base64")


def too_large(what: str, size: int, limit: int, found: MessageFile) -> TooLarge:
    return TooLarge(
        f"{what} {size:,} bytes; at most {limit:,} are taken.",
        param=found.param,
        metadata={"bytes": size, "limit": limit},
    )
