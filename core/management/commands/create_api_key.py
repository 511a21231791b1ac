"""`manage.py create_api_key`: issue a key and print it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.access.keys import issue
from core.models import Budget, User
from core.models.money import MOST


class Command(BaseCommand):
    help = "Issue an API key; its text is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="whose key it is")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--budget", type=money, help="limit in USD")
        parser.add_argument("--json", action="store_true")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user named {options['user']}.")
        text, key = issue(user, name=options["name"])
        if options["budget"] is not None:
            Budget.objects.create(api_key=key, limit=options["budget"])
        self.stdout.write(json.dumps({"key": text, "id": key.public_id}) if options["json"] else text)


def money(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{text} is not an amount of money.") from error
    if not amount.is_finite() or not 0 <= amount <= MOST:
        raise CommandError(f"A budget is between zero and {MOST}.")
    return amount
