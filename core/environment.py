"""Secrets that must outlive a restart: from the environment, a file it names, or `var/secrets.json`."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "POLYPHONY_SECRET_KEYS": lambda: Fernet.generate_key().decode(),
}


def secret(name: str, var: Path) -> str:
    """The secret `name`: `$NAME`, the contents of `$NAME_FILE`, else one made once and kept in `var`."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return generated(var)[name]


def generated(var: Path) -> dict[str, str]:
    """All generated secrets; the file is made once, readable by its owner alone."""
    path = var / "secrets.json"
    try:
        make(var, path)
        return json.loads(path.read_text())
    except OSError as error:
        raise SystemExit(f"Polyphony keeps its data in {var}, which cannot be used: {error}") from None


def make(var: Path, path: Path) -> None:
    """Write the secrets unless they are there.

    Two processes starting at the same moment agree: the loser of the link reads the winner's file.
    """
    if not path.exists():
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = var / f"secrets.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({name: maker() for name, maker in MAKERS.items()}, file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
