"""An embedding request; the images in it go from base64 to disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from core.access.body_quota import Hold, hold_body
from core.api.files.attachments import Attachments
from core.api.files.body_stream import read_stream
from core.api.http.request_body import SHORT, check_headers, read_bytes, upload_cap
from core.bodies.embedding.body import EmbeddingBody
from core.bodies.files.base64_stream import InlineFileReader
from core.bodies.image.files import image_file
from core.bodies.json_object import parse_json_object
from core.bodies.validation import validate
from core.contract.embedding import EmbeddingRequest


class EmbeddingUpload:
    """An embedding request and its images; `close` it when the response has ended."""

    def __init__(
        self, body: EmbeddingBody, request: EmbeddingRequest, attachments: Attachments, hold: Hold
    ) -> None:
        self.body = body
        self.request = request
        self._attachments = attachments
        self._hold = hold

    def close(self) -> None:
        self._attachments.close()
        self._hold.release()


async def receive_embedding(request: Request) -> EmbeddingUpload:
    """An embedding request with its images on disk. Raises from the error tree; no file is left then."""
    check_headers(request)
    attachments = Attachments(files=1)
    try:
        fields = await read_fields(request, attachments)
        body = (
            await asyncio.to_thread(validate, EmbeddingBody, fields)
            if is_long(request)
            else validate(EmbeddingBody, fields)
        )
        media = await attachments.extract(body.images())
        attachments.refuse_rest()
        images = {param: await asyncio.to_thread(image_file, found, param) for param, found in media.items()}
        return EmbeddingUpload(body, body.request(images), attachments, hold_body(request.scope))
    except BaseException:
        attachments.close()
        raise


def is_long(request: Request) -> bool:
    """Whether the body takes long to parse, or may."""
    length = request.headers.get("content-length", "")
    return not length.isdigit() or int(length) > SHORT


async def read_fields(request: Request, attachments: Attachments) -> Mapping[str, Any]:
    """The body's fields; in a long body placeholders stand for its images."""
    if not is_long(request):
        return parse_json_object(await read_bytes(request, SHORT))
    reader = InlineFileReader(attachments.open)
    await read_stream(request, reader, attachments, upload_cap())
    attachments.broken = {mark for mark, file in reader.files.items() if file.broken}
    return await asyncio.to_thread(reader.end)
