"""`manage.py rotate_secrets`: seal what is encrypted at rest with the first key of the ring."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from core.accounts.second_factor import reseal
from core.models import ApiKey, AuditEvent, Provider, ProviderKey
from core.models.secrets import Sealed, SecretLocked, ring
from core.models.secrets.headers import is_outdated, sealed_by
from core.operations.second_factors import held_by


class Command(BaseCommand):
    help = (
        "Re-encrypt provider keys, headers and second factors with the current key of POLYPHONY_SECRET_KEYS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what older keys still hold")
        parser.add_argument(
            "--remove-lost", action="store_true", help="delete provider keys that no ring key opens any more"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove_lost"]:
            self.remove_lost()
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
        for provider in Provider.objects.all():
            if is_outdated(provider.headers):
                provider.save(update_fields=["headers"])
                AuditEvent.objects.create(action="provider_headers.rotated", subject=str(provider.pk))
        for factor in Authenticator.objects.all():
            try:
                reseal(factor)
            except SecretLocked as error:
                self.stderr.write(f"second factor of {factor.user}: {error.message}")

    def remove_lost(self) -> None:
        """Delete what cannot be opened: it has to be entered again."""
        for key in ProviderKey.objects.all():
            if isinstance(key.secret, Sealed) and key.secret.key_id not in ring():
                self.stdout.write(f"Removed a key of {key.provider}: enter it again.")
                AuditEvent.objects.create(action="provider_key.removed", subject=str(key.pk))
                key.delete()
        for provider in Provider.objects.all():
            if (held := sealed_by(provider.headers)) and held not in ring():
                self.stdout.write(f"Removed the headers of {provider}: enter them again.")
                AuditEvent.objects.create(action="provider_headers.removed", subject=str(provider.pk))
                Provider.objects.filter(pk=provider.pk).update(headers={})
        for factor in Authenticator.objects.all():
            if set(held_by(factor)) - set(ring()):
                self.stdout.write(f"Removed a second factor of {factor.user}: set it up again.")
                AuditEvent.objects.create(action="second_factor.lost", subject=factor.user.get_username())
                factor.delete()

    def report(self) -> None:
        """Print how many keys each ring key holds; fails while one is missing from the ring."""
        sealed = Counter(key.secret.key_id for key in ProviderKey.objects.all() if key.secret)
        headers = Provider.objects.values_list("headers", flat=True)
        sealed += Counter(filter(None, map(sealed_by, headers)))
        factors = Counter(name for factor in Authenticator.objects.all() for name in held_by(factor))
        peppered = Counter(ApiKey.objects.filter(revoked_at=None).values_list("pepper_id", flat=True))
        known = list(ring())
        missing = sorted({*sealed, *factors, *peppered} - set(known))
        for name in [*known, *missing]:
            note = " MISSING from the ring" if name in missing else ""
            self.stdout.write(
                f"{name}: {sealed[name]} provider keys and headers, {factors[name]} second factors, "
                f"{peppered[name]} API keys{note}"
            )
        if missing:
            raise CommandError("A ring key is missing: what it holds cannot be read.")
