"""A provider key as people paste it: one line of text, or the JSON of an account.

https://cloud.google.com/iam/docs/keys-create-delete (a Google service account)
https://learn.microsoft.com/cli/azure/ad/sp#az-ad-sp-create-for-rbac (an application of Microsoft Entra)
"""

from __future__ import annotations

import json
import re
import textwrap
from enum import StrEnum
from typing import Any

AROUND = "\ufeff\u200b\u2060"
"""Characters without a width that copying brings along, which count as white space here."""

ACCOUNT_FIELDS = ("client_email", "private_key", "private_key_id", "token_uri")
NEEDED = ("tenant_id", "client_id", "client_secret")
APPLICATION_FIELDS = {
    "tenant_id": ("tenant_id", "tenantId", "tenant"),
    "client_id": ("client_id", "clientId", "appId"),
    "client_secret": ("client_secret", "clientSecret", "password"),
    "authority": ("authority", "activeDirectoryEndpointUrl"),
    "scope": ("scope",),
}
"""Our name of each field of an application, and those that Azure's programs write."""
PEM = re.compile(r"-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\\\s]+)-----END \1-----")


class KeyFault(StrEnum):
    """Why a key cannot be used; the value says it in English."""

    CHARACTERS = "A key has printable ASCII characters and no spaces."
    ACCOUNT = "This JSON is no Google service account and no application of Entra, or a part is missing."


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
    """The key without white space around it, fit for a header; an account as JSON in one line.

    Raises `UnusableKey`.
    """
    text = trim(text)
    if text.startswith("{"):
        return clean_account(text)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise UnusableKey(KeyFault.CHARACTERS)
    return text


def clean_account(text: str) -> str:
    """A service account's JSON with its private key as PEM, whatever became of that key's line breaks; an
    application's with our names.

    Raises `UnusableKey`.
    """
    account = service_account(text) or entra_application(text)
    if account is None:
        raise UnusableKey(KeyFault.ACCOUNT)
    return json.dumps(account)


def entra_application(text: str) -> dict[str, str] | None:
    """An application's `tenant_id`, `client_id` and `client_secret`, its `authority` and `scope` where they
    are told; None for any other key. Several programs write these, each with names of its own.
    """
    found = object_in(text)
    fields = {
        ours: value
        for ours, names in APPLICATION_FIELDS.items()
        if (value := next((found[name] for name in names if isinstance(found.get(name), str)), ""))
    }
    if not all(fields.get(name, "").isprintable() for name in APPLICATION_FIELDS):
        return None
    return fields if all(fields.get(name) for name in NEEDED) else None


def object_in(text: str) -> dict[str, Any]:
    """The JSON object that `text` is, empty for anything else."""
    try:
        found = json.loads(text, strict=False)  # line breaks inside its texts come from shells and editors
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def service_account(text: str) -> dict[str, str] | None:
    """The fields of a service account's JSON; None for any other key."""
    account = object_in(text)
    if account.get("type") != "service_account":
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
    """The last characters of a key by which people recognise it; of an account, of its id or its key's."""
    shown = key
    if key.startswith("{"):
        account, application = service_account(key), entra_application(key)
        shown = account["private_key_id"] if account else application["client_id"] if application else key
    return shown[-4:] if len(shown) >= 16 else ""
