"""Who has a second factor, and the way out for somebody who lost theirs."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from core.models import AuditEvent, User
from core.models.secrets import Sealed

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What makes an account have one; recovery codes only stand in for one of these."""

SEALED = ("secret", "seed")
"""Fields of an authenticator's data that hold a secret."""


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def remove_second_factors(user: User, actor: User) -> bool:
    """Delete all factors of a person, who then signs in by password alone; whether there were any."""
    with transaction.atomic():
        count, _rows = Authenticator.objects.filter(user=user).delete()
        if count:
            AuditEvent.objects.create(actor=actor, action="second_factor.reset", subject=user.get_username())
    return bool(count)


def sealed_fields(authenticator: Authenticator) -> dict[str, Sealed]:
    """Its secrets; a passkey has none, it only knows a public key."""
    return {name: Sealed(authenticator.data[name]) for name in SEALED if authenticator.data.get(name)}


def held_by(authenticator: Authenticator) -> list[str]:
    """The id of the ring key of each of its secrets."""
    return [sealed.key_id for sealed in sealed_fields(authenticator).values()]
