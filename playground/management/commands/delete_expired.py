"""`manage.py delete_expired`: delete uploads after the retention time, and files that no row names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from playground.models import Upload
from playground.uploads import orphans


class Command(BaseCommand):
    help = "Delete uploads older than UPLOAD_RETENTION_DAYS. Runs keep their transcripts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, **options: Any) -> None:
        expired = Upload.objects.expired()
        count, size = 0, 0
        for upload in expired.iterator():
            count, size = count + 1, size + upload.bytes
            if not options["dry_run"]:
                upload.delete()
        verb = "would delete" if options["dry_run"] else "deleted"
        self.stdout.write(f"{verb} {count} files of {size} bytes")
        if not options["dry_run"]:
            orphans.sweep()
