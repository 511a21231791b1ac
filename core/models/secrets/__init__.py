"""Secrets at rest: provider keys and headers, encrypted with a ring of keys."""

from core.models.secrets.sealed import (
    EncryptedTextField,
    Sealed,
    SecretLocked,
    key_id,
    pepper,
    ring,
)

__all__ = ["EncryptedTextField", "Sealed", "SecretLocked", "key_id", "pepper", "ring"]
