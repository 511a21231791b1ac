"""`manage.py sync_models`: compare the catalogue with what live providers list."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError

from core import operations
from core.contract.errors import PolyphonyError
from core.models import Provider
from core.providers import registry

SHOWN = 20


class Command(BaseCommand):
    help = "Compare the catalogue with the lists of live providers; add new models, never delete."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", metavar="SLUG", help="only this one; default: all that are live")
        parser.add_argument("--add", action="store_true", help="add models that a list names without details")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["provider"]:
            try:
                self.show(async_to_sync(sync)(options["provider"], options["add"]))
            except PolyphonyError as error:
                raise CommandError(error.message) from None
            return
        for slug in Provider.objects.filter(enabled=True).values_list("slug", flat=True):
            try:
                self.show(async_to_sync(sync)(slug, options["add"]))
            except PolyphonyError as error:
                self.stdout.write(f"{slug}: {error.message}")

    def show(self, report: operations.SyncReport) -> None:
        self.stdout.write(f"{report.provider}: {len(report.confirmed)} models confirmed")
        for title, names in (
            ("no longer listed", report.gone),
            ("added", report.added),
            ("voices added", report.voices),
            ("listed, not in the catalogue", report.unknown),
        ):
            if names:
                rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                self.stdout.write(f"  {title}: {', '.join(names[:SHOWN])}{rest}")


async def sync(slug: str, add: bool) -> operations.SyncReport:
    try:
        return await operations.sync_models(slug, add=add)
    finally:
        await registry.close()
