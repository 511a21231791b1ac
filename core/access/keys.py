"""API keys: `ak_` + 8 characters of public id + `_` + 32 of secret + 6 of checksum, all base 62.

The checksum rejects typos before any look-up. Only an HMAC of the whole key is stored, so its text is
returned once, when it is issued.
"""

from __future__ import annotations

import hmac
import re
import secrets
import zlib
from functools import cache
from typing import Any

from django.utils import timezone

from core.models import ApiKey, AuditEvent, User
from core.models.secrets import pepper, ring

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PATTERN = re.compile(r"ak_([0-9A-Za-z]{8})_[0-9A-Za-z]{32}([0-9A-Za-z]{6})", re.ASCII)


def issue(user: User, *, name: str = "", actor: User | None = None, **fields: Any) -> tuple[str, ApiKey]:
    """Create a key for `user`: (plaintext, row). The plaintext is not stored."""
    body = f"ak_{random_text(8)}_{random_text(32)}"
    text = body + checksum(body)
    pepper_id = next(iter(ring()))
    key = ApiKey.objects.create(
        public_id=text[3:11],
        digest=digest(text, pepper_id),
        pepper_id=pepper_id,
        last4=text[-4:],
        name=name,
        user=user,
        **fields,
    )
    AuditEvent.objects.create(actor=actor or user, action="api_key.issued", subject=str(key))
    return text, key


def revoke(key: ApiKey, *, actor: User | None = None) -> None:
    """Revoke a key for good; every process rejects it within seconds."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        AuditEvent.objects.create(actor=actor, action="api_key.revoked", subject=str(key))


def public_id(text: str) -> str | None:
    """The public id of a well-formed key with a right checksum, else None; no look-up is made."""
    match = PATTERN.fullmatch(text)
    if match is None or not hmac.compare_digest(match[2], checksum(text[:-6])):
        return None
    return match[1]


def digest(text: str, pepper_id: str) -> str:
    """The HMAC that is stored of a key, in hex. Raises `SecretLocked` when its pepper is gone."""
    mac = keyed_hash(pepper(pepper_id)).copy()
    mac.update(text.encode())
    return mac.hexdigest()


@cache
def keyed_hash(secret: bytes) -> hmac.HMAC:
    """An HMAC keyed with `secret`, to be copied; `hmac.digest` would release the GIL each time."""
    return hmac.new(secret, digestmod="sha256")


def checksum(body: str) -> str:
    """CRC-32 of `body` as six base 62 digits."""
    value = zlib.crc32(body.encode())
    digits = []
    for _ in range(6):
        value, rest = divmod(value, 62)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
