"""Secrets from the environment, from files it names, or generated once in `var/secrets.json`."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from core.contract.text.provider_key import UnusableKey, clean_key, trim

GENERATORS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "POLYPHONY_SECRET_KEYS": lambda: Fernet.generate_key().decode(),
}


trimmed: list[str] = []
"""Names of variables with white space around their value, which was left out: a system check tells them."""


def secret(name: str, var: Path) -> str:
    """The secret `name` as `read_secret` finds it, or one generated once and stored in `var`."""
    return read_secret(name) or generated_secrets(var)[name]


def read_secret(name: str, default: str = "") -> str:
    """`$NAME`, or the contents of the file that `$NAME_FILE` names, or `default`.

    The program ends where that file is missing, empty or not text.
    """
    if value := os.environ.get(name):
        return value
    path = os.environ.get(f"{name}_FILE", "").strip()
    return read_file(f"{name}_FILE", Path(path)) if path else default


def read_file(variable: str, path: Path) -> str:
    """The text of a secret's file without the white space around it."""
    try:
        text = trim(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SystemExit(f"{variable} names {path}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SystemExit(f"{variable} names {path}, which is not UTF-8 text.") from None
    if not text:
        raise SystemExit(f"{variable} names {path}, which is empty.")
    return text


def read_provider_key(name: str) -> str:
    """A provider's key, fit for a header; the program ends where it is not."""
    try:
        return clean_key(trimmed_value(name, read_secret(name)))
    except UnusableKey as error:
        raise SystemExit(f"{name} cannot be used: {error}") from None


def azure_application() -> str:
    """The key of the application that Azure's own programs find in the environment; "" without one.

    https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential
    """
    names = {"tenant_id": "TENANT_ID", "client_id": "CLIENT_ID", "client_secret": "CLIENT_SECRET"}
    found = {ours: read_secret(f"AZURE_{name}").strip() for ours, name in names.items()}
    return json.dumps(found) if all(found.values()) else ""


def trimmed_value(name: str, value: str) -> str:
    """`value` without the white space around it, of which a system check warns."""
    text = trim(value)
    if text != value:
        trimmed.append(name)
    return text


def generated_secrets(var: Path) -> dict[str, str]:
    """All generated secrets; the file is created once, readable by its owner only."""
    path = var / "secrets.json"
    try:
        create(var, path)
        return json.loads(path.read_text())
    except OSError as error:
        raise SystemExit(f"Polyphony keeps its data in {var}, which cannot be used: {error}") from None


def create(var: Path, path: Path) -> None:
    """Generate the secrets unless the file exists.

    Of two processes that start at the same moment the second one fails to link its file and reads the
    first one's.
    """
    if not path.exists():
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = var / f"secrets.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({name: generate() for name, generate in GENERATORS.items()}, file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
