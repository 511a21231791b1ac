"""From an Authorization header to a caller: one extractor, one answer for every kind of wrong key."""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import UTC, datetime
from hashlib import blake2b
from ipaddress import ip_address

from core.access import keys, snapshot
from core.access.rate_limits import Buckets
from core.access.snapshot import KeyFacts
from core.contract.errors import AuthenticationFailed, InvalidRequest, NotPermitted, RateLimited
from core.contract.requests import Caller, Source
from core.models.offload import offload

log = logging.getLogger("polyphony.access")

FAILURES_PER_MINUTE = 60
LOOKUPS_PER_SECOND = 20
PROVEN = 10_000
failures = Buckets()
lookups = Buckets(seconds=1.0)
used: dict[int, datetime] = {}
"""Key id → when it was last used; `core.access.usage` writes it down now and then."""


async def identify(headers: list[str], address: str = "") -> Caller:
    """The caller behind the request's Authorization headers.

    Raises `AuthenticationFailed` (the same for absent, garbled, unknown, revoked and expired keys),
    `NotPermitted` outside the key's networks, `RateLimited` after too many failures from one address.
    """
    if len(headers) > 1:
        raise InvalidRequest("Send one Authorization header.", param="Authorization")
    text = bearer(headers[0]) if headers else ""
    facts = await verified(text)
    if facts is None:
        refuse(address)
    used[facts.id] = datetime.now(UTC)
    return Caller(user_id=facts.user_id, key_id=facts.id, source=Source.API, address=address)


def bearer(header: str) -> str:
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


async def verified(text: str) -> KeyFacts | None:
    mark = proven.mark(text)
    if known := proven.facts(mark):
        return known if usable(known) else None
    name = keys.public_id(text)
    if name is None:
        return None
    facts = snapshot.current().keys.get(name)
    if facts is None and not lookups.take("unknown", LOOKUPS_PER_SECOND):
        # made a moment ago, perhaps by another process: its version number has moved
        await offload(snapshot.refresh_if_changed)
        facts = snapshot.current().keys.get(name)
    if facts is None or not matches(facts, text):
        return None
    proven.note(mark, name, facts)
    return facts if usable(facts) else None


def matches(facts: KeyFacts, text: str) -> bool:
    return hmac.compare_digest(facts.digest, keys.digest(text, facts.pepper_id))


class Proven:
    """Keys that have matched, by a mark from which no key can be told: whoever calls again need not be
    weighed again. What a key may do and whether it still may is never kept here.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._names: dict[bytes, tuple[str, str]] = {}

    def mark(self, text: str) -> bytes:
        return blake2b(text.encode(), key=self._secret, digest_size=32).digest()

    def facts(self, mark: bytes) -> KeyFacts | None:
        """The present facts of the key so marked, if it is the same key still."""
        name, digest = self._names.get(mark, ("", ""))
        facts = snapshot.current().keys.get(name)
        return facts if facts and facts.digest == digest else None

    def note(self, mark: bytes, name: str, facts: KeyFacts) -> None:
        if len(self._names) >= PROVEN:
            self._names.clear()
        self._names[mark] = (name, facts.digest)


proven = Proven()


def usable(facts: KeyFacts) -> bool:
    owner = snapshot.current().users.get(facts.user_id)
    expired = facts.expires_at is not None and facts.expires_at <= datetime.now(UTC)
    return not facts.revoked and not expired and owner is not None and owner.active


def within(facts: KeyFacts, address: str) -> bool:
    if not facts.networks:
        return True
    try:
        return any(ip_address(address) in network for network in facts.networks)
    except ValueError:
        return False


def refuse(address: str) -> None:
    if wait := failures.take(address, FAILURES_PER_MINUTE):
        raise RateLimited("Too many wrong keys from this address.", retry_after=wait)
    raise AuthenticationFailed("No valid API key was given. Send `Authorization: Bearer ak_…`.")


def permit_address(facts: KeyFacts, address: str) -> None:
    if not within(facts, address):
        raise NotPermitted("This key may not be used from this address.", code="ip_not_allowed")
