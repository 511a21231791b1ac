"""Secrets that have to survive a restart: from the environment, a file it names, or `var/secrets.json`."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

GENERATORS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "POLYPHONY_SECRET_KEYS": lambda: Fernet.generate_key().decode(),
}


def secret(name: str, var: Path) -> str:
    """The secret `name`: `$NAME`, the contents of `$NAME_FILE`, or one generated once and stored in `var`."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return generated_secrets(var)[name]


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
