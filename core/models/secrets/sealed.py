"""Secrets at rest: a key ring of Fernet keys, and a field whose ciphertext is bound to its row."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models

from core.contract.errors import Unavailable

FORMAT = "v1"


class SecretLocked(Unavailable):
    """The ring lacks the key that a secret was sealed with, or the ciphertext is another row's."""

    code = "secret_locked"


def key_id(key: str) -> str:
    """A name for a ring key that does not reveal it: 8 hex digits of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def ring() -> dict[str, str]:
    """Ring keys by id, the current one first. Raises `SecretLocked` when there is none."""
    keys = by_id(tuple(settings.POLYPHONY_SECRET_KEYS))
    if not keys:
        raise SecretLocked("POLYPHONY_SECRET_KEYS is empty: no secret can be stored or read.")
    return keys


@cache
def by_id(keys: tuple[str, ...]) -> dict[str, str]:
    return {key_id(key): key for key in keys}


def pepper(name: str) -> bytes:
    """Secret bytes for the HMAC of API keys stored under ring key `name`. Raises `SecretLocked`."""
    keys = ring()
    if name not in keys:
        raise SecretLocked("An API key was stored under a ring key that is gone.")
    return derive_pepper(keys[name])


@cache
def derive_pepper(key: str) -> bytes:
    """A key of its own, so that neither use of the ring key reveals anything about the other."""
    return hmac.digest(key.encode(), b"polyphony api key pepper", "sha256")


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """Ciphertext as stored: format, ring key id, token."""

    text: str

    @classmethod
    def seal(cls, secret: str, identity: str) -> Sealed:
        name, key = next(iter(ring().items()))
        token = Fernet(key).encrypt(json.dumps([identity, secret]).encode()).decode()
        return cls(f"{FORMAT}:{name}:{token}")

    @property
    def key_id(self) -> str:
        return self.text.split(":", 2)[1]

    def open(self, identity: str) -> str:
        """The secret. Raises `SecretLocked`; never returns ciphertext or None."""
        try:
            _, name, token = self.text.split(":", 2)
            owner, secret = decrypted(token, ring()[name])
        except (InvalidToken, KeyError, ValueError) as error:
            raise SecretLocked(
                "A stored provider key cannot be decrypted with the present key ring."
            ) from error
        if owner != identity:
            raise SecretLocked("A stored provider key belongs to another row.")
        return secret

    def __repr__(self) -> str:
        return "Sealed(…)"

    __str__ = __repr__


@lru_cache(maxsize=256)
def decrypted(token: str, key: str) -> tuple[str, str]:
    """The identity and the secret in a token; kept, because every call of a provider needs its key."""
    owner, secret = json.loads(Fernet(key).decrypt(token.encode()))
    return str(owner), str(secret)


class EncryptedTextField(models.TextField):
    """Holds a `Sealed` once saved; assign a plain `str` to set a new secret.

    The token contains the row's identity (table, primary key, field), so a ciphertext copied to another row
    cannot be decrypted. The primary key must be known before the first save.
    """

    def identity(self, instance: models.Model) -> str:
        return f"{instance._meta.db_table}/{instance.pk}/{self.name}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if isinstance(value, str):
            value = Sealed.seal(value, self.identity(model_instance)) if value else None
            setattr(model_instance, self.attname, value)
        return value

    def reveal(self, instance: models.Model) -> str:
        value = getattr(instance, self.attname)
        if isinstance(value, Sealed):
            return value.open(self.identity(instance))
        return value or ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:
        return Sealed(value) if value else None

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str:
        return value.text if isinstance(value, Sealed) else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(getattr(obj, self.attname))
