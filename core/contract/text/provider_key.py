"""A provider key as people paste it: one line of text, or the JSON of a Google service account.

https://cloud.google.com/iam/docs/keys-create-delete
"""

from __future__ import annotations

import json
import re
import textwrap
from enum import StrEnum

AROUND = "\ufeff\u200b\u2060"
"""Characters without a width that copying brings along, which count as white space here."""

ACCOUNT_FIELDS = ("client_email", "private_key", "private_key_id", "token_uri")
PEM = re.compile(r"-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\\\s]+)-----END \1-----")


class KeyFault(StrEnum):
    """Why a key cannot be used; the value says it in English."""

    CHARACTERS = "A key has printable ASCII characters and no spaces."
    ACCOUNT = "This JSON is not the key of a Google service account, or a part of it is missing."


class UnusableKey(ValueError):
    """Never repeats the key."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def trim(text: str) -> str:
    """`text` without white space around it."""
    previous = None
    while text != previous:
        previous, text = text, text.strip().strip(AROUND)
    return text


def clean_key(text: str) -> str:
    """The key without white space around it, fit for a header; a service account as JSON in one line.

    Raises `UnusableKey`.
    """
    text = trim(text)
    if text.startswith("{"):
        return clean_account(text)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise UnusableKey(KeyFault.CHARACTERS)
    return text


def clean_account(text: str) -> str:
    """A service account's JSON with its private key as PEM, whatever became of that key's line breaks.

    Raises `UnusableKey`.
    """
    account = service_account(text)
    if account is None:
        raise UnusableKey(KeyFault.ACCOUNT)
    return json.dumps(account)


def service_account(text: str) -> dict[str, str] | None:
    """The fields of a service account's JSON; None for any other key."""
    try:
        account = json.loads(text, strict=False)  # line breaks inside its texts come from shells and editors
    except ValueError:
        return None
    if not isinstance(account, dict) or account.get("type") != "service_account":
        return None
    if not all(isinstance(account.get(name), str) and account[name] for name in ACCOUNT_FIELDS):
        return None
    found = PEM.search(account["private_key"])
    if found is None:
        return None
    lines = textwrap.wrap(re.sub(r"\\[nr]|\s", "", found[2]), 64)
    return {
        **account,
        "private_key": "\n".join([f"-----BEGIN {found[1]}-----", *lines, f"-----END {found[1]}-----", ""]),
    }


def key_hint(key: str) -> str:
    """The last characters of a key by which people recognise it; of a service account, of its key's id."""
    account = service_account(key) if key.startswith("{") else None
    shown = account["private_key_id"] if account else key
    return shown[-4:] if len(shown) >= 16 else ""
