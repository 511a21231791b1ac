"""The token of an address: the name of a file, signed; the name says when it expires."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer


def sign(name: str) -> str:
    """The token: signature and name, so that the address ends in the extension of the file."""
    value, _, signature = signer().sign(name).rpartition(":")
    return f"{signature}.{value}"


def unsign(token: str) -> str | None:
    """The name in a token; None where we did not sign it."""
    signature, _, name = token.partition(".")
    try:
        return signer().unsign(f"{name}:{signature}")
    except BadSignature:
        return None


def expiry(name: str) -> int:
    """The time in a name, in seconds since 1970."""
    return int(name.partition("-")[0])


def signer() -> Signer:
    return Signer(salt="core.image_files")
