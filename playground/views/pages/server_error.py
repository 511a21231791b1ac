"""The page of an exception that no view handles: 503 while the database is away, else 500."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as internal_error

from core.models.outage import DATABASE_AWAY, RETRY_SECONDS

log = logging.getLogger("polyphony.pages")


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while it handles the exception.

    Both pages are rendered without context processors: those would ask the database who is signed in.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, DATABASE_AWAY):
        return internal_error(request)
    log.error("%s: the database does not answer: %s", request.path, type(error).__name__)
    error.logged = True  # type: ignore[union-attr]
    headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "private, no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
