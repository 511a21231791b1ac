"""The token of an address: the name of a file, signed; the name says when the file expires, and a time before
it when the address does, where that is earlier."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

UNTIL = "~"


def sign(name: str, until: int) -> str:
    """The token: signature, time and name, so that the address ends in the extension of the file."""
    link = name if until >= expiry(name) else f"{until}{UNTIL}{name}"
    value, _, signature = signer().sign(link).rpartition(":")
    return f"{signature}.{value}"


def unsign(token: str) -> tuple[str, int] | None:
    """The name in a token and when the address expires, in seconds since 1970; None where we did not sign
    it."""
    signature, _, link = token.partition(".")
    try:
        until, _, name = signer().unsign(f"{link}:{signature}").rpartition(UNTIL)
    except BadSignature:
        return None
    return name, int(until or expiry(name))


def expiry(name: str) -> int:
    """The time in a name, in seconds since 1970."""
    return int(name.partition("-")[0])


def signer() -> Signer:
    return Signer(salt="core.image_files")
