"""From an Authorization header to a caller; every kind of wrong key gets the same answer."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime
from hashlib import blake2b
from ipaddress import ip_address
from typing import NoReturn

from core.access import key_refresh, keys, snapshot
from core.access.shared_limits import RateLimit
from core.access.snapshot import KeyFacts
from core.contract.errors import AuthenticationFailed, InvalidRequest, NotPermitted, RateLimited
from core.contract.requests import Caller, Source
from core.models import ApiKey

FAILURES_PER_MINUTE = 60
MAX_VERIFIED_KEYS = 10_000
failure_limits = RateLimit("failures")
last_used: dict[int, datetime] = {}
"""Key id → when it was last used; `save_last_used` stores the times in the background."""


async def authenticate(headers: list[str], address: str = "") -> Caller:
    """The caller behind the request's Authorization headers.

    Raises `AuthenticationFailed` (the same for absent, garbled, unknown, revoked and expired keys),
    `NotPermitted` outside the key's networks, `RateLimited` after too many failures from one address.
    """
    if len(headers) > 1:
        raise InvalidRequest("Send one Authorization header.", param="Authorization")
    text = bearer(headers[0]) if headers else ""
    facts = await verify(text)
    if facts is None:
        await reject(address)
    last_used[facts.id] = datetime.now(UTC)
    return Caller(user_id=facts.user_id, key_id=facts.id, source=Source.API, address=address)


def bearer(header: str) -> str:
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


async def verify(text: str) -> KeyFacts | None:
    """The key's facts; None when it is malformed, unknown, wrong, revoked or expired."""
    fingerprint = verified_keys.fingerprint(text)
    if known := verified_keys.facts(fingerprint):
        return known if usable(known) else None
    name = keys.public_id(text)
    if name is None:
        return None
    facts = snapshot.current().keys.get(name)
    if facts is None:
        # another process may have issued it since the snapshot was loaded
        await key_refresh.refresh()
        facts = snapshot.current().keys.get(name)
    if facts is None or not matches(facts, text):
        return None
    verified_keys.add(fingerprint, name, facts)
    return facts if usable(facts) else None


def matches(facts: KeyFacts, text: str) -> bool:
    return hmac.compare_digest(facts.digest, keys.digest(text, facts.pepper_id))


class VerifiedKeys:
    """Remembers which keys have matched, so that the HMAC is not computed again for every request.

    Keys are stored as a keyed hash (the secret is this process's own), from which no key can be recovered.
    Permissions and validity are not stored: they are read from the snapshot each time.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._names: dict[bytes, tuple[str, str]] = {}

    def fingerprint(self, text: str) -> bytes:
        return blake2b(text.encode(), key=self._secret, digest_size=32).digest()

    def facts(self, fingerprint: bytes) -> KeyFacts | None:
        """The snapshot's facts of that key; None where it was not verified or its digest has changed."""
        name, digest = self._names.get(fingerprint, ("", ""))
        facts = snapshot.current().keys.get(name)
        return facts if facts and facts.digest == digest else None

    def add(self, fingerprint: bytes, name: str, facts: KeyFacts) -> None:
        if len(self._names) >= MAX_VERIFIED_KEYS:
            self._names.clear()
        self._names[fingerprint] = (name, facts.digest)


verified_keys = VerifiedKeys()


def usable(facts: KeyFacts) -> bool:
    """Whether the key is neither revoked nor expired and its owner is active."""
    owner = snapshot.current().users.get(facts.user_id)
    expired = facts.expires_at is not None and facts.expires_at <= datetime.now(UTC)
    return not facts.revoked and not expired and owner is not None and owner.active


def in_networks(facts: KeyFacts, address: str) -> bool:
    if not facts.networks:
        return True
    try:
        return any(ip_address(address) in network for network in facts.networks)
    except ValueError:
        return False


async def reject(address: str) -> NoReturn:
    """Raises `AuthenticationFailed`, or `RateLimited` after too many failures from `address`."""
    if wait := await failure_limits.take(address, FAILURES_PER_MINUTE):
        raise RateLimited("Too many wrong keys from this address.", retry_after=wait)
    raise AuthenticationFailed("No valid API key was given. Send `Authorization: Bearer ak_…`.")


def permit_address(facts: KeyFacts, address: str) -> None:
    if not in_networks(facts, address):
        raise NotPermitted("This key may not be used from this address.", code="ip_not_allowed")


def save_last_used() -> int:
    """Write the times of use to the database; answers how many keys were updated. Blocking."""
    times = dict(last_used)
    last_used.clear()
    for key_id, moment in times.items():
        ApiKey.objects.filter(pk=key_id).update(last_used_at=moment)
    return len(times)
