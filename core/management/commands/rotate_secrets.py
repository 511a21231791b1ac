"""`manage.py rotate_secrets`: seal every provider key with the first key of the ring."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.models import ApiKey, AuditEvent, ProviderKey
from core.models.secrets import Sealed, SecretLocked, ring


class Command(BaseCommand):
    help = "Re-encrypt provider keys with the current key of POLYPHONY_SECRET_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what older keys still hold")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.rotate()
        self.report()

    def rotate(self) -> None:
        current = next(iter(ring()))
        for key in ProviderKey.objects.all():
            if not isinstance(key.secret, Sealed) or key.secret.key_id == current:
                continue
            try:
                key.secret = key.reveal()
            except SecretLocked as error:
                self.stderr.write(f"{key}: {error.message}")
                continue
            key.save(update_fields=["secret"])
            AuditEvent.objects.create(action="provider_key.rotated", subject=str(key.pk))

    def report(self) -> None:
        """Print how many keys each ring key holds; fails while one is missing from the ring."""
        sealed = Counter(key.secret.key_id for key in ProviderKey.objects.all() if key.secret)
        peppered = Counter(ApiKey.objects.filter(revoked_at=None).values_list("pepper_id", flat=True))
        known = list(ring())
        for name in [*known, *sorted((set(sealed) | set(peppered)) - set(known))]:
            note = "" if name in known else " MISSING from the ring"
            self.stdout.write(f"{name}: {sealed[name]} provider keys, {peppered[name]} API keys{note}")
        if (set(sealed) | set(peppered)) - set(known):
            raise CommandError("A ring key is missing: what it holds cannot be read.")
