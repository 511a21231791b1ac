"""Files that are too large for a request: uploaded before it, deleted after it.

https://ai.google.dev/gemini-api/docs/files, https://ai.google.dev/api/files

A request has at most 20 MB, a file there 2 GB; what is not deleted disappears after two days.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from core.contract.chat import Media
from core.contract.errors import (
    PolyphonyError,
    TooLarge,
    UpstreamInvalid,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.contract.route import Sending
from core.providers.gemini.connection import Connection
from core.providers.gemini.errors import read_error
from core.providers.shared import http
from core.providers.shared.form_body import read_at
from core.providers.shared.http import Call, CallLimits
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string

LARGEST_REQUEST = 20_000_000
"""Bytes, all base64 included; the endpoint's option `request_bytes` sets another limit."""
TEXT = 1_000_000
"""Bytes of a request that are kept for its text."""
CONTROL = CallLimits(total=30.0, idle=30.0, size=http.MIB)
POLL = 0.5
"""Seconds between two looks at a file that is being read."""
READY, FAILED = "ACTIVE", "FAILED"

_deletions: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def uploaded(
    connection: Connection, body: dict[str, Any], limits: CallLimits
) -> AsyncGenerator[dict[str, Any], None]:
    """`body` with the addresses of uploaded files in place of the largest ones, until the rest fits.

    They are deleted on leaving, in the background. Raises `TooLarge` where nothing can be uploaded.
    """
    large = too_large(body, int(connection.target.options.get("request_bytes", LARGEST_REQUEST)))
    if large and not connection.takes_files:
        raise TooLarge("The files are too large for one request to Vertex AI: 20 MB.", param="messages")
    addresses: dict[int, str] = {}
    names: list[str] = []
    try:
        for media in large:
            file = await upload(connection, media, limits)
            names.append(string(file.get("name")))
            addresses[id(media)] = await ready(connection, file, limits)
        yield with_addresses(body, addresses) if addresses else body
    finally:
        for name in names:
            task = asyncio.create_task(delete(connection, name))
            _deletions.add(task)
            task.add_done_callback(_deletions.discard)


async def finish_deletions() -> None:
    """Wait for deletions under way."""
    await asyncio.gather(*_deletions, return_exceptions=True)


def too_large(body: Mapping[str, Any], limit: int) -> list[Media]:
    """The files that have to be uploaded, the largest first."""
    files = sorted(media_in(body), key=lambda media: media.size, reverse=True)
    size = sum(encoded(media) for media in files)
    found = []
    while files and size > limit - TEXT:
        found.append(files.pop(0))
        size -= encoded(found[-1])
    return found


def media_in(value: Any) -> list[Media]:
    if isinstance(value, Media):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [media for one in inner for media in media_in(one)]


def encoded(media: Media) -> int:
    return -(-media.size // 3) * 4


def with_addresses(value: Any, addresses: Mapping[int, str]) -> Any:
    """The body with `fileData` in place of `inlineData` of the files that have addresses."""
    if isinstance(value, list):
        return [with_addresses(one, addresses) for one in value]
    if not isinstance(value, Mapping):
        return value
    inline = value.get("inlineData")
    address = addresses.get(id(inline["data"])) if isinstance(inline, Mapping) else None
    if inline is None or address is None:
        return {name: with_addresses(inner, addresses) for name, inner in value.items()}
    rest = {name: inner for name, inner in value.items() if name != "inlineData"}
    return {**rest, "fileData": {"mimeType": inline["mimeType"], "fileUri": address}}


async def upload(connection: Connection, media: Media, limits: CallLimits) -> Mapping[str, Any]:
    """The file as Google describes it, after all its bytes were sent.

    https://ai.google.dev/api/files#method:-media.upload
    """
    start = connection.beside("POST", "files", {"file": {"displayName": media.name}}, CONTROL)
    headers = {
        **start.headers,
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Header-Content-Length": str(media.size),
        "X-Goog-Upload-Header-Content-Type": media.media_type,
    }
    start = replace(start, url=upload_address(start.url), headers=headers)
    async with await http.send(start) as response:
        address = response.headers.get("x-goog-upload-url", "")
        await response.body()
    if origin(address) != origin(start.url):
        raise UpstreamInvalid("The provider sent no address for the file, or another server's.")
    commands = {
        "Content-Length": str(media.size),
        "X-Goog-Upload-Offset": "0",
        "X-Goog-Upload-Command": "upload, finalize",
    }
    bytes_call = Call(
        "POST", address, {**without_type(start.headers), **commands}, FileBytes(media), limits, start.hide,
        read_error, Sending(part_of=connection.target.sending), connection.target.public_only,
    )  # fmt: skip
    return described(await answer(bytes_call))


def upload_address(address: str) -> str:
    """`/v1beta/files` is at `/upload/v1beta/files`; with a path before the version, after that path."""
    head, version, tail = address.rsplit("/", 2)
    return f"{head}/upload/{version}/{tail}"


def without_type(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of the first call that the second one needs too."""
    return {
        name: value
        for name, value in headers.items()
        if name != "Content-Type" and not name.startswith("X-Goog-Upload")
    }


def origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


async def ready(connection: Connection, file: Mapping[str, Any], limits: CallLimits) -> str:
    """The address of the file once Google has read it; videos take some seconds.

    https://ai.google.dev/api/files#State
    """
    waited = 0.0
    while string(file.get("state")) != READY:
        if string(file.get("state")) == FAILED:
            raise UpstreamRefused("Google cannot read this file.", param="messages")
        if waited >= limits.total:
            raise UpstreamTimeout("Google did not finish reading the file in time.")
        await asyncio.sleep(POLL)
        waited += POLL
        file = described(await answer(connection.beside("GET", path_of(file), None, CONTROL)))
    return string(file.get("uri"))


async def delete(connection: Connection, name: str) -> None:
    """https://ai.google.dev/api/files#method:-files.delete"""
    with suppress(PolyphonyError):
        await answer(connection.beside("DELETE", path_of({"name": name}), None, CONTROL))


def path_of(file: Mapping[str, Any]) -> str:
    """`files/…`. Raises `UpstreamInvalid` for a name that leads elsewhere."""
    folder, _, name = string(file.get("name")).partition("/")
    if folder != "files" or not name.replace("-", "").isalnum():
        raise UpstreamInvalid("The provider sent a file without a name.")
    return f"files/{name}"


def described(value: Any) -> Mapping[str, Any]:
    """The file of an answer, which is the answer itself or under `file`. Raises `UpstreamInvalid`."""
    found = value.get("file", value) if isinstance(value, dict) else None
    if not isinstance(found, dict):
        raise UpstreamInvalid("The provider did not describe the file.")
    path_of(found)
    return found


async def answer(call: Call) -> Any:
    async with await http.send(call) as response:
        body = await response.body()
    return decode(body) if body.strip() else {}


class FileBytes:
    """The bytes of a file as they are; iterating again sends them again."""

    def __init__(self, media: Media) -> None:
        self._media = media

    def __aiter__(self) -> AsyncIterator[bytes]:
        return FileReader(self._media)


class FileReader:
    """Opens the file anew for each piece, so that a broken connection leaves no open file."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._at = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        left = self._media.size - self._at
        if not left:
            raise StopAsyncIteration
        piece = (await asyncio.to_thread(read_at, self._media.path, self._at))[:left]
        if not piece:
            raise OSError("The file became shorter.")
        self._at += len(piece)
        return piece
