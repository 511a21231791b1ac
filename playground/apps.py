"""The playground as a Django application."""

from django.apps import AppConfig
from django.http import multipartparser

PART_HEADERS = 16 * 1024
"""Bytes; with Django's own 1,024 a file with a long name is taken for a field without one."""


class PlaygroundConfig(AppConfig):
    name = "playground"
    label = "playground"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # their models are not ready at import time
        from core import background  # noqa: PLC0415
        from playground.uploads import orphans  # noqa: PLC0415

        background.PERIODIC.append(("orphans", 3600.0, orphans.sweep))
        multipartparser.MAX_TOTAL_HEADER_SIZE = PART_HEADERS
