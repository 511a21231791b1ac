"""Second factors: an authenticator app, passkeys and recovery codes, sealed with the ring of keys."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver

from core.accounts.browsers import browser_name
from core.models import AuditEvent, User
from core.models.secrets import Sealed, ring
from core.operations.second_factors import sealed_fields

IDENTITY = "mfa_authenticator"


class SealedFactors(DefaultMFAAdapter):
    """allauth's second factors with their secrets encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return Sealed.seal(text, IDENTITY).text

    def decrypt(self, encrypted_text: str) -> str:
        return Sealed(encrypted_text).open(IDENTITY)

    def get_totp_issuer(self) -> str:
        return "Polyphony"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Where it is added from, such as `Chrome, macOS`."""
        return browser_name(context.request.headers.get("User-Agent", "")) or str(type.label)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Polyphony"}


def reseal(authenticator: Authenticator) -> None:
    """Seal with the current key of the ring what another one holds. Raises `SecretLocked`."""
    current = next(iter(ring()))
    outdated = {
        name: sealed for name, sealed in sealed_fields(authenticator).items() if sealed.key_id != current
    }
    for name, sealed in outdated.items():
        authenticator.data[name] = Sealed.seal(sealed.open(IDENTITY), IDENTITY).text
    if outdated:
        authenticator.save(update_fields=["data"])


@receiver(authenticator_added, dispatch_uid="audit")
@receiver(authenticator_removed, dispatch_uid="audit")
@receiver(authenticator_reset, dispatch_uid="audit")
def record(signal: Any, user: User, authenticator: Authenticator, **_others: Any) -> None:
    """Tell the audit log what became of a factor."""
    what = {authenticator_added: "added", authenticator_removed: "removed", authenticator_reset: "renewed"}
    AuditEvent.objects.create(
        actor=user,
        action=f"second_factor.{what[signal]}",
        subject=user.get_username(),
        detail={"type": authenticator.type},
    )
