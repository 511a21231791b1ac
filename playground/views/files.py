"""Stored files, for their owner only: whole or by byte range, never rendered as a page."""

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

from core.contract.audio import AudioFormat
from core.media import client as media
from core.media.sniffer import upload_type
from core.models import User
from core.models.offload import offload
from playground.models import Run, Upload
from playground.models.run import partial_name
from playground.uploads.local_file import local_path
from playground.uploads.storage import save_file
from playground.views.json_response import not_found, signed_in

BLOCK = 64 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PDF = "application/pdf"
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
INLINE_TYPES = ("audio/", "video/", *IMAGE_TYPES)


@signed_in("GET", "HEAD")
async def audio(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """The audio file of a run."""
    run = await offload(Run.objects.for_user(user).filter(id=run_id).first)
    if run is None or not run.sound:
        raise not_found()
    media_type = AudioFormat(run.format).media_type.partition(";")[0]
    return await file_response(request, run.sound, media_type, run.file_name)


@signed_in("GET", "HEAD")
async def upload(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponseBase:
    """An uploaded file."""
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise not_found()
    return await file_response(
        request, row.file, row.media_type, row.name, attachment=not row.media_type.startswith(INLINE_TYPES)
    )


@signed_in("GET", "HEAD")
async def partial_image(
    request: HttpRequest, user: User, run_id: UUID, index: int, number: int
) -> HttpResponseBase:
    """An unfinished picture of a run: it goes with the run, and after a day."""
    stored = partial_name(user.pk, run_id, index, number)
    try:
        media_type = await offload(partial_type, stored)
    except FileNotFoundError:
        raise not_found() from None
    return await file_response(request, stored, media_type, f"{index}-{number}", attachment=False)


def partial_type(stored: str) -> str:
    """Blocking. What is no picture is sent as bytes."""
    with default_storage.open(stored, "rb") as file:
        found = upload_type(file).media_type
    return found if found in IMAGE_TYPES else "application/octet-stream"


@signed_in("GET", "HEAD")
async def page(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponseBase:
    """The first page of a PDF as PNG, drawn at the first request."""
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id, media_type=PDF).first)
    if row is None:
        raise not_found()
    if not await offload(default_storage.exists, row.page):
        await draw_page(row)
    return await file_response(request, row.page, "image/png", f"{row.name}.png", attachment=False)


async def draw_page(row: Upload) -> None:
    path = await offload(local_path, row)
    if not await offload(path.exists):
        raise not_found()
    with TemporaryDirectory() as folder:
        target = Path(folder) / "page.png"
        await media.draw_page(path, target)
        await offload(save_page, target, row.page)


def save_page(path: Path, name: str) -> None:
    """Store the image once, also where two concurrent requests have both drawn it."""
    with path.open("rb") as file:
        stored = save_file(name, File(file))
    if stored != name:
        default_storage.delete(stored)


async def file_response(
    request: HttpRequest, stored: str, media_type: str, name: str, *, attachment: bool = True
) -> HttpResponseBase:
    """200 with the file, 206 with the requested range, 416 for one outside it. Raises `NotFound`."""
    try:
        file = await offload(default_storage.open, stored, "rb")
    except FileNotFoundError:
        raise not_found() from None
    size = file.size
    first, last, status = parse_range(request.headers.get("Range", ""), size)
    sent = status != 416 and request.method != "HEAD"
    body = read_blocks(cast(BinaryIO, file), first, last - first + 1 if sent else 0)
    response = StreamingHttpResponse(body, status=status, content_type=media_type)
    response["Content-Length"] = str(last - first + 1 if status != 416 else 0)
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = content_disposition_header(attachment, name) or "attachment"
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    elif status == 416:
        response["Content-Range"] = f"bytes */{size}"
    return response


def parse_range(header: str, size: int) -> tuple[int, int, int]:
    """(first byte, last byte, status) for a Range header; anything but a single range is ignored."""
    match = RANGE.fullmatch(header.strip())
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


async def read_blocks(file: BinaryIO, first: int, count: int) -> AsyncGenerator[bytes, None]:
    """`count` bytes from `first`, read in threads; the file is closed at the end."""
    try:
        if count > 0:
            await asyncio.to_thread(file.seek, first)
        while count > 0 and (data := await asyncio.to_thread(file.read, min(BLOCK, count))):
            count -= len(data)
            yield data
    finally:
        file.close()
