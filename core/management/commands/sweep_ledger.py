"""`manage.py sweep_ledger`: close the records that a crash left open."""

from typing import Any

from django.core.management.base import BaseCommand

from core.ledger.store.sweep import sweep


class Command(BaseCommand):
    help = "Settle records whose server process is gone."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(sweep()))
