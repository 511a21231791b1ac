"""`manage.py usage_report`: usage and cost per user and model."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.ledger.reports import usage_report


class Command(BaseCommand):
    help = "Records, attempts, units and cost per user and model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        report = usage_report()
        if options["json"]:
            self.stdout.write(json.dumps(report, default=str))
            return
        self.stdout.write(f"{report['records']} records, {report['attempts']} attempts, ${report['cost']}")
        for row in report["rows"]:
            cost = "unpriced" if row["cost"] is None else f"${row['cost']}"
            units = ", ".join(f"{quantity} {unit}" for unit, quantity in row["units"].items())
            self.stdout.write(f"{row['user']}  {row['model']}  {row['records']}  {cost}  {units}")
