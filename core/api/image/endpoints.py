"""`POST images/generations`, `images/edits`, `images/variations` of OpenAI, and `images` of OpenRouter."""

from __future__ import annotations

from starlette.requests import Request

from core.api.files.image_upload import ImageUpload, receive_images
from core.api.http.answer_cache import cache_terms
from core.api.http.authentication import authenticate
from core.api.http.idempotency import has_key
from core.api.image.answer import ImageResponder, RouterImageResponder
from core.api.image.stream import ImageEventResponder, RouterImageEventResponder
from core.bodies.image.body import ImageBody
from core.bodies.image.endpoints import EditBody, GenerationBody, RouterImageBody, VariationBody
from core.contract.errors import Unsupported
from core.gateway import Session, open_session
from core.idempotency import KEPT
from core.image_files import store
from core.models.offload import offload


async def image(request: Request) -> ImageResponder:
    """Pictures from a description."""
    return openai_responder(request, *await receive_call(request, GenerationBody))


async def image_edit(request: Request) -> ImageResponder:
    """Pictures and what to change in them."""
    return openai_responder(request, *await receive_call(request, EditBody))


async def image_variation(request: Request) -> ImageResponder:
    """Pictures like another one."""
    return openai_responder(request, *await receive_call(request, VariationBody))


async def router_image(request: Request) -> ImageResponder:
    """OpenRouter's `POST images`."""
    session, upload = await receive_call(request, RouterImageBody)
    responder = RouterImageEventResponder if upload.request.streamed else RouterImageResponder
    return responder(session, upload, base_address(request), kept_seconds(request))


async def receive_call(request: Request, schema: type[ImageBody]) -> tuple[Session, ImageUpload]:
    """Receive the pictures, admit and route; nothing is sent yet, so that an error can still have its
    status. Raises from the error tree; the files are deleted then."""
    caller = await authenticate(request)
    upload = await receive_images(request, schema)
    try:
        if upload.body.response_format == "url":
            await check_urls(upload)
        terms = cache_terms(request, upload.body.cache)
        return await open_session(caller, upload.request, terms), upload
    except BaseException:
        upload.close()
        raise


async def check_urls(upload: ImageUpload) -> None:
    """Raise where the pictures could not be kept, before they are paid for."""
    if not store.keeps():
        raise Unsupported("This server keeps no images: ask for b64_json.", param="response_format")
    await offload(store.require_room, upload.request.n)


def openai_responder(request: Request, session: Session, upload: ImageUpload) -> ImageResponder:
    responder = ImageEventResponder if upload.request.streamed else ImageResponder
    return responder(session, upload, base_address(request), kept_seconds(request))


def kept_seconds(request: Request) -> int:
    """How long an answer may be sent again, and its pictures are to be there."""
    return int(KEPT.total_seconds()) if has_key(request.scope) else 0


def base_address(request: Request) -> str:
    """The address of the API as the client called it."""
    return f"{request.url.scheme}://{request.url.netloc}/api/v1"
