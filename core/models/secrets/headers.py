"""Headers of a provider at rest: sealed as a whole, since one may be as secret as a key."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from django.db import models

from core.models.json_field import ObjectField
from core.models.secrets.sealed import Sealed, SecretLocked, ring

log = logging.getLogger("polyphony.catalogue")

IDENTITY = "core_provider/headers"
SECRET = re.compile(r"auth|cookie|credential|key|pass|secret|session|signature|token", re.IGNORECASE)
"""In the name of a header: its value is never shown."""
MASK = "••••••••"
"""Shown in place of such a value; no header can have it."""


class StoredHeaders(dict[str, str]):
    """Headers as they were read, and what they were sealed in; empty and `locked` where no key opens it."""

    sealed: Sealed
    locked = False


class HeadersField(ObjectField):
    """A JSON object of texts, in the database a JSON string with its ciphertext; an empty one as it is."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        return opened(Sealed(found)) if isinstance(found, str) else found

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, StoredHeaders) and value.locked:
            return value.sealed.text
        if isinstance(value, Mapping) and value:
            return sealed(value)
        return super().get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> Any:
        """For dumps, which hold what the database does."""
        return self.get_prep_value(self.value_from_object(obj))


def sealed(headers: Mapping[str, str]) -> str:
    return Sealed.seal(json.dumps(dict(headers)), IDENTITY).text


def opened(stored: Sealed) -> StoredHeaders:
    """The headers; none where the ring lacks their key, and they stay as they are stored."""
    try:
        found = StoredHeaders(json.loads(stored.open(IDENTITY)))
    except SecretLocked:
        log.error("headers of a provider cannot be decrypted with the present key ring")
        found = StoredHeaders()
        found.locked = True
    found.sealed = stored
    return found


def sealed_by(headers: Mapping[str, str]) -> str | None:
    """The id of the ring key that holds them; None where they are not sealed."""
    return headers.sealed.key_id if isinstance(headers, StoredHeaders) else None


def is_outdated(headers: Mapping[str, str]) -> bool:
    """Whether they are held by another key than the current one, and can be opened."""
    if not isinstance(headers, StoredHeaders) or headers.locked:
        return False
    return headers.sealed.key_id != next(iter(ring()))


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """As people see them."""
    return {name: MASK if SECRET.search(name) else text for name, text in headers.items()}


def unmasked(entered: Mapping[str, Any], stored: Mapping[str, str], kept: bool) -> dict[str, Any]:
    """What was `entered` with the values behind its masks; without them unless they are `kept`."""
    known = {name: text for name, text in stored.items() if kept}
    return {
        name: known.get(name, text) if text == MASK else text
        for name, text in entered.items()
        if text != MASK or name in known or name not in stored
    }
