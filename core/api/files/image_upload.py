"""An image request with the pictures it sends along: from a form or from base64 in JSON to disk."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from starlette.requests import Request

from core.access.body_quota import Hold, hold_body
from core.api.files.attachments import Attachments
from core.api.files.body_stream import read_stream
from core.api.http.request_body import SHORT, check_encoding, is_json, read_bytes, upload_cap
from core.bodies.files.base64_stream import IMAGE_FIELD, InlineFileReader, Sink
from core.bodies.files.multipart import MultipartReader
from core.bodies.image.body import ImageBody
from core.bodies.image.fields import FORM
from core.bodies.image.files import image_file
from core.bodies.json_object import parse_json_object
from core.bodies.validation import validate
from core.contract.errors import WrongContentType
from core.contract.image import ImageRequest

FILE_FIELDS = ("image", "mask")


class ImageUpload:
    """An image request and its files; `close` it when the response has ended."""

    def __init__(self, body: ImageBody, request: ImageRequest, attachments: Attachments, hold: Hold) -> None:
        self.body = body
        self.request = request
        self._attachments = attachments
        self._hold = hold

    def close(self) -> None:
        self._attachments.close()
        self._hold.release()


async def receive_images(request: Request, schema: type[ImageBody]) -> ImageUpload:
    """An image request with its files on disk. Raises from the error tree; no file is left then."""
    check_encoding(request)
    attachments = Attachments(image_mb=settings.MAX_UPLOAD_MB, files=1)
    try:
        body = validate(schema, await read_fields(request, attachments))
        body.check()
        image_request = await extract_images(body, attachments)
        return ImageUpload(body, image_request, attachments, hold_body(request.scope))
    except BaseException:
        attachments.close()
        raise


async def read_fields(request: Request, attachments: Attachments) -> Mapping[str, Any]:
    """The body's fields in either encoding; marks stand for long files and for those of a form."""
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == "multipart/form-data":
        return await read_form(request, content_type, attachments)
    if not is_json(content_type):
        raise WrongContentType("Send the body as multipart/form-data or application/json.")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) <= SHORT:
        return parse_json_object(await read_bytes(request, SHORT))
    reader = InlineFileReader(attachments.open, field=IMAGE_FIELD)
    await read_stream(request, reader, attachments, upload_cap())
    attachments.broken = {mark for mark, file in reader.files.items() if file.broken}
    return await asyncio.to_thread(reader.end)


async def read_form(request: Request, content_type: str, attachments: Attachments) -> dict[str, Any]:
    marks: list[tuple[str, str]] = []
    secret = secrets.token_hex(16)  # so that no text of the form can stand for a file

    def open_file(field: str) -> Sink:
        mark = f"file-{secret}-{len(marks)}"
        marks.append((field, mark))
        return attachments.open(mark)

    reader = MultipartReader(content_type, open_file, FILE_FIELDS)
    await read_stream(request, reader, attachments, upload_cap())
    reader.end()
    fields = FORM.parse(reader.pairs)
    for field in FILE_FIELDS:
        if found := [mark for name, mark in marks if name == field]:
            fields[field] = found[0] if len(found) == 1 else found
    return fields


async def extract_images(body: ImageBody, attachments: Attachments) -> ImageRequest:
    """The request with its pictures. Raises `InvalidRequest` or `TooLarge` naming one of them."""
    inputs = body.inputs()
    media = await attachments.extract(inputs.all)
    attachments.refuse_rest()
    files = await asyncio.to_thread(
        lambda: {param: image_file(found, param) for param, found in media.items()}
    )
    mask = files[inputs.mask.param] if inputs.mask else None
    return body.request([files[place.param] for place in inputs.images], mask)
