"""Times are shown in the zone of the reader's browser."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from django.utils.timezone import get_current_timezone_name, localtime

from core.middleware.time_zone import reader_time_zone, zone

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def clock(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{localtime(NOON):%H:%M}")


def at(name: str) -> str:
    request = RequestFactory().get("/")
    request.COOKIES["timezone"] = name
    return reader_time_zone(clock)(request).content.decode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Asia/Shanghai", "20:00"), ("America/Argentina/Buenos_Aires", "09:00"), ("Etc/GMT-3", "15:00")],
)
def test_times_are_the_readers(name, shown):
    assert at(name) == shown
    assert get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "undefined",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/localtime",
        "America",
        "Europe/Berlin\n",
        "Z" * 5000,
    ],
)
def test_a_zone_that_is_none_is_ignored(name):
    assert zone(name) is None
    assert at(name) == "12:00"


def test_async_views_have_the_zone_too():
    async def view(request: HttpRequest) -> HttpResponse:
        return clock(request)

    request = AsyncRequestFactory().get("/")
    request.COOKIES["timezone"] = "Asia/Kolkata"
    answer = asyncio.run(reader_time_zone(view)(request))
    assert answer.content == b"17:30"
