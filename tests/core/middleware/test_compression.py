"""Texts of the pages leave compressed; everything else as it is."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from core.middleware.compression import TextCompression

TEXT = "The same words again and again. " * 100
ASKED = {"accept-encoding": "gzip, deflate, br"}


def through(answer: HttpResponseBase, headers: dict[str, str] = ASKED) -> HttpResponseBase:
    return TextCompression(lambda request: answer)(RequestFactory().get("/", headers=headers))


async def through_async(answer: HttpResponseBase) -> HttpResponseBase:
    async def view(request: HttpRequest) -> HttpResponseBase:
        return answer

    return await TextCompression(view)(AsyncRequestFactory().get("/", headers=ASKED))


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "text/vtt", "image/svg+xml"])
def test_a_text_is_compressed(media_type):
    answer = through(HttpResponse(TEXT, content_type=media_type))
    assert (answer["Content-Encoding"], answer["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(answer["Content-Length"]) == len(answer.content) < len(TEXT) / 5
    assert gzip.decompress(answer.content).decode() == TEXT


def test_so_is_json_of_an_async_view():
    answer = asyncio.run(through_async(JsonResponse({"text": TEXT})))
    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content)) == {"text": TEXT}


def test_lengths_of_one_page_differ():
    """So that nobody learns a secret of the page from the length of guesses in it."""
    lengths = {len(through(HttpResponse(TEXT)).content) for _ in range(30)}
    assert len(lengths) > 5


def test_a_text_for_somebody_who_did_not_ask_is_left_alone():
    answer = through(HttpResponse(TEXT), headers={"accept-encoding": "identity"})
    assert not answer.has_header("Content-Encoding")
    assert (answer.content.decode(), answer["Vary"]) == (TEXT, "Accept-Encoding")


@pytest.mark.parametrize("media_type", ["audio/mpeg", "image/png", "application/pdf", "application/zip"])
def test_media_are_left_alone(media_type):
    answer = through(HttpResponse(TEXT, content_type=media_type))
    assert not answer.has_header("Content-Encoding")
    assert answer.content.decode() == TEXT


def test_a_part_of_a_file_is_left_alone():
    answer = through(HttpResponse(TEXT, content_type="text/plain", status=206))
    assert not answer.has_header("Content-Encoding")
    assert answer.content.decode() == TEXT


def test_a_stream_is_left_alone():
    def lines() -> Iterator[str]:
        yield "data: 1\n\n"
        yield "data: 2\n\n"

    answer = through(StreamingHttpResponse(lines(), content_type="text/event-stream"))
    assert not answer.has_header("Content-Encoding")
    assert list(answer.streaming_content) == [b"data: 1\n\n", b"data: 2\n\n"]


def test_what_is_compressed_already_is_left_alone():
    packed = gzip.compress(TEXT.encode())
    answer = through(HttpResponse(packed, headers={"Content-Encoding": "gzip"}))
    assert answer.content == packed


@pytest.mark.parametrize("address", ["/", "/history", "/admin/", "/accounts/password/change/"])
def test_pages_are_compressed(client, admin_user, address):
    client.force_login(admin_user)
    answer = client.get(address, headers=ASKED)
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(answer.content).endswith((b"</html>\n", b"</html>"))


def test_static_files_stay_with_whitenoise():
    """It has them compressed on the disk: nothing is to be done for each request."""
    names = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    assert names.index("WhiteNoiseMiddleware") < names.index("TextCompression")
