"""`manage.py sync_models`: compare the catalogue with what live providers list."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Collection
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError

from core import operations
from core.catalogue.prices import summary
from core.contract.errors import PolyphonyError
from core.models import Finding, Provider
from core.providers import registry

SHOWN = 20


class Command(BaseCommand):
    help = "Compare the catalogue with the lists of live providers; what differs is reviewed in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", metavar="SLUG", help="only this one; default: all that are live")
        parser.add_argument("--add", action="store_true", help="add the new models at once")

    def handle(self, *args: Any, **options: Any) -> None:
        only = options["provider"]
        live = Provider.objects.filter(enabled=True).values_list("slug", flat=True)
        reports = async_to_sync(sync)([only] if only else list(live), options["add"])
        for slug, report in reports.items():
            if isinstance(report, operations.SyncReport):
                self.show(report)
            elif only:
                raise CommandError(report.message)
            else:
                self.stdout.write(f"{slug}: {report.message}")

    def show(self, report: operations.SyncReport) -> None:
        self.stdout.write(f"{report.provider}: {len(report.confirmed)} models confirmed")
        found = {
            kind.label: [described(row) for row in report.findings if row.kind == kind]
            for kind in Finding.Kind
        }
        self.show_names({**found, "added": report.added, "voices added": report.voices})
        self.show_names({"listed, cannot be added": report.unknown})

    def show_names(self, groups: dict[str, list[str]]) -> None:
        for title, names in groups.items():
            if names:
                rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                self.stdout.write(f"  {title}: {', '.join(names[:SHOWN])}{rest}")


def described(finding: Finding) -> str:
    """The model, with the price or the day that is new."""
    if finding.kind == Finding.Kind.SHUTDOWN:
        return f"{finding.model} ({operations.last_day_of(finding)})"
    if finding.kind == Finding.Kind.PRICE:
        old, new = (summary(operations.prices_of(finding.detail[side])) for side in ("old", "new"))
        return f"{finding.model} ({old} → {new})"
    return finding.model


async def sync(slugs: Collection[str], add: bool) -> dict[str, operations.SyncReport | PolyphonyError]:
    try:
        return await operations.sync_all(slugs, add=add)
    finally:
        await registry.close()
