"""`GET images/files/{token}`: a picture by its signed address, without a key."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import StreamingResponse

from core.api.http.middleware import Receive, Scope, Send
from core.image_files import store
from core.image_files.store import StoredImage
from core.models.offload import offload

POLICY = "default-src 'none'; sandbox"


class ImageFileResponse(StreamingResponse):
    """The bytes of a picture, whose file is closed however the answer ends: a client that leaves does not
    end the generator that reads it."""

    def __init__(self, found: StoredImage) -> None:
        super().__init__(found.blocks(), headers=headers(found), media_type=found.media_type)
        self._file = found.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


async def image_file(request: Request) -> ImageFileResponse:
    """The bytes of a picture. Raises `NotFound` for an address that has expired or is not ours."""
    return ImageFileResponse(await offload(store.find, request.path_params["token"]))


def headers(image: StoredImage) -> Mapping[str, str]:
    """What is no picture that browsers may show is saved, not shown."""
    disposition = "inline" if image.is_shown else "attachment"
    return {
        "Content-Length": str(image.size),
        "Content-Disposition": f'{disposition}; filename="{image.name}"',
        "Cache-Control": f"private, max-age={image.seconds}",
        "Content-Security-Policy": POLICY,
    }
