"""Files of their owner alone: whole or in ranges, always as what they are, never as a page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from core import operations
from core.contract.audio import AudioFormat
from core.models import User
from core.models.offload import offload
from playground.models import Run, Upload
from playground.requests.source_file import local_path
from playground.views.json_response import absent, signed_in

BLOCK = 64 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PDF = "application/pdf"
SHOWN_INLINE = ("audio/", "video/", "image/png", "image/jpeg", "image/gif", "image/webp")


@signed_in("GET", "HEAD")
async def sound(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """A run's stored sound."""
    run = await offload(Run.objects.for_user(user).filter(id=run_id).first)
    if run is None or not run.sound:
        raise absent()
    media_type = AudioFormat(run.format).media_type.partition(";")[0]
    return await file_answer(request, run.sound, media_type, run.file_name)


@signed_in("GET", "HEAD")
async def upload(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponseBase:
    """A file its owner brought along."""
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise absent()
    return await file_answer(
        request, row.file, row.media_type, row.name, attachment=not row.media_type.startswith(SHOWN_INLINE)
    )


@signed_in("GET", "HEAD")
async def page(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponseBase:
    """The first page of a PDF as PNG; drawn when it is first asked for."""
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id, media_type=PDF).first)
    if row is None:
        raise absent()
    if not await offload(default_storage.exists, row.page):
        await draw(row)
    return await file_answer(request, row.page, "image/png", f"{row.name}.png", attachment=False)


async def draw(row: Upload) -> None:
    path = await offload(local_path, row)
    if not await offload(path.exists):
        raise absent()
    with TemporaryDirectory() as folder:
        target = Path(folder) / "page.png"
        await operations.draw_page(path, target)
        await offload(keep, target, row.page)


def keep(path: Path, name: str) -> None:
    """Two who look at once may both have drawn it: one picture is enough."""
    with path.open("rb") as file:
        stored = default_storage.save(name, File(file))
    if stored != name:
        default_storage.delete(stored)


async def file_answer(
    request: HttpRequest, stored: str, media_type: str, name: str, *, attachment: bool = True
) -> HttpResponseBase:
    """200 with the file, 206 with the range asked for, 416 for one outside it. Raises `NotFound`."""
    try:
        file = await offload(default_storage.open, stored, "rb")
    except FileNotFoundError:
        raise absent() from None
    size = file.size
    first, last, status = wanted(request.headers.get("Range", ""), size)
    sent = status != 416 and request.method != "HEAD"
    body = blocks(cast(BinaryIO, file), first, last - first + 1 if sent else 0)
    answer = StreamingHttpResponse(body, status=status, content_type=media_type)
    answer["Content-Length"] = str(last - first + 1 if status != 416 else 0)
    answer["Accept-Ranges"] = "bytes"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Content-Disposition"] = content_disposition_header(attachment, name) or "attachment"
    if status == 206:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    elif status == 416:
        answer["Content-Range"] = f"bytes */{size}"
    return answer


def wanted(asked: str, size: int) -> tuple[int, int, int]:
    """(first byte, last byte, status) of a Range header; what is not one plain range is ignored."""
    match = RANGE.fullmatch(asked.strip())
    if match is None or match.group() == "bytes=-":
        return 0, size - 1, 200
    begin, end = match.groups()
    if not begin:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(begin), min(int(end), size - 1) if end else size - 1
        if end and int(end) < first:
            return 0, size - 1, 200
    return (first, last, 206) if first < size and first <= last else (0, -1, 416)


async def blocks(file: BinaryIO, first: int, count: int) -> AsyncGenerator[bytes, None]:
    """`count` bytes from `first`, read in threads; the file is closed at the end."""
    try:
        if count > 0:
            await asyncio.to_thread(file.seek, first)
        while count > 0 and (data := await asyncio.to_thread(file.read, min(BLOCK, count))):
            count -= len(data)
            yield data
    finally:
        file.close()
