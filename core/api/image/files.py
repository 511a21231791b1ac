"""`GET images/files/{token}`: a picture by its signed address, without a key."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import StreamingResponse

from core.image_files import store
from core.image_files.store import StoredImage
from core.models.offload import offload

POLICY = "default-src 'none'; sandbox"


async def image_file(request: Request) -> StreamingResponse:
    """The bytes of a picture. Raises `NotFound` for an address that has expired or is not ours."""
    found = await offload(store.find, request.path_params["token"])
    return StreamingResponse(found.blocks(), headers=headers(found), media_type=found.media_type)


def headers(image: StoredImage) -> Mapping[str, str]:
    """What is no picture that browsers may show is saved, not shown."""
    disposition = "inline" if image.is_shown else "attachment"
    return {
        "Content-Length": str(image.size),
        "Content-Disposition": f'{disposition}; filename="{image.name}"',
        "Cache-Control": f"private, max-age={image.seconds}",
        "Content-Security-Policy": POLICY,
    }
