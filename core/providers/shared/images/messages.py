"""The pictures of a chat as a provider outside gets them: without metadata.

Photos tell where and when they were taken. An embedded provider gets them as they are: its report is for the
caller alone.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.contract.chat import FILE_FIELDS, ChatRequest, Media, Modality, file_parts
from core.contract.errors import InvalidRequest
from core.media.image_parts.strip import strip
from core.media.image_size import UnreadableImage

Pictures = Mapping[str, Media]
"""What is sent in place of the picture at a path."""


def has_pictures(request: ChatRequest) -> bool:
    """Whether a message has a picture that is on disk, so not one behind an address."""
    return any(
        part.modality is Modality.IMAGE and isinstance(part.content, Media) for part in file_parts(request)
    )


@asynccontextmanager
async def without_metadata(request: ChatRequest) -> AsyncGenerator[ChatRequest, None]:
    """The request with pictures that have their pixels and how they are turned; new files exist within
    the block.

    Raises `InvalidRequest` for a picture that is cut off or damaged.
    """
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="polyphony-")
    try:
        sent = await asyncio.to_thread(stripped_pictures, request, Path(folder.name))
        messages = tuple(with_pictures(message, sent) for message in request.messages) if sent else None
        yield request if messages is None else replace(request, messages=messages)
    finally:
        await asyncio.shield(asyncio.to_thread(folder.cleanup))


def stripped_pictures(request: ChatRequest, folder: Path) -> Pictures:
    """Those pictures that have metadata, by the path of the original; blocking."""
    found: dict[str, Media] = {}
    for part in file_parts(request):
        media = part.content
        if part.modality is not Modality.IMAGE or not isinstance(media, Media) or media.path in found:
            continue
        path = folder / str(len(found))
        try:
            with Path(media.path).open("rb") as source, path.open("wb") as target:
                if strip(source, media.media_type.removeprefix("image/"), target):
                    found[media.path] = replace(media, path=str(path), size=target.tell())
        except UnreadableImage as error:
            raise InvalidRequest(str(error), param=part.where, code="unsupported_media") from None
    return found


def with_pictures(message: Mapping[str, Any], sent: Pictures) -> Mapping[str, Any]:
    content = message.get("content")
    if not isinstance(content, list | tuple):
        return message
    return {**message, "content": [with_picture(part, sent) for part in content]}


def with_picture(part: Mapping[str, Any], sent: Pictures) -> Mapping[str, Any]:
    kind = part["type"]
    modality, key = FILE_FIELDS.get(kind, (None, ""))
    media = part[kind].get(key) if modality is Modality.IMAGE else None
    if not isinstance(media, Media) or media.path not in sent:
        return part
    return {**part, kind: {**part[kind], key: sent[media.path]}}
