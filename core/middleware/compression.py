"""Texts leave compressed; sound, pictures, files in ranges and streams are sent as they are."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = (
    "text/",
    "application/json",
    "application/javascript",
    "application/manifest+json",
    "image/svg+xml",
)


class TextCompression(GZipMiddleware):
    """Django's, for whole texts only: it pads each answer by chance against guesses of secrets by length,
    and CSRF tokens are masked. An answer that stays as it is costs no change of threads."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        if not compressible(response):
            return response
        return await sync_to_async(self.process_response)(request, response)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if compressible(response) else response


def compressible(response: HttpResponseBase) -> bool:
    """Whether it is the whole of a text in one piece."""
    whole = not response.streaming and response.status_code != 206
    return whole and response.get("Content-Type", "").startswith(TEXTS)
