"""A place of its own for each client under var/clients: a virtual environment, or a folder of node_modules.

Installed once, from whatever registries pip and npm are set to; remove the folder to get newer versions.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.clients.clients import Client

FOLDER = Path(__file__).resolve().parents[2] / "var" / "clients"
SECONDS = 600
NPM = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1")


class NotInstallable(Exception):
    """Why the client is not here."""


def install(client: Client) -> tuple[Path, str]:
    """The client's folder, and the version of its first package."""
    folder = FOLDER / re.sub(r"\W+", "-", ("node " if client.is_node else "") + client.packages[0])
    done, wanted = folder / "installed.json", json.dumps(client.packages)
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (install_node if client.is_node else install_python)(client, folder)
        done.write_text(wanted)
    return folder, (version_node if client.is_node else version_python)(client, folder)


def install_python(client: Client, folder: Path) -> None:
    run(sys.executable, "-m", "venv", str(folder / "venv"), cwd=folder)
    run(str(python(folder)), *PIP, *client.packages, cwd=folder)


def install_node(client: Client, folder: Path) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotInstallable("node and npm are not present")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run(*NPM, *client.packages, cwd=folder)


def run(*command: str, cwd: Path) -> str:
    """What it prints. Raises `NotInstallable` with the first error that it tells."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotInstallable(f"{command[0]} had no end after {SECONDS} s") from error
    if done.returncode:
        raise NotInstallable(first_error(done.stderr))
    return done.stdout.strip()


def first_error(complaint: str) -> str:
    found = (line for line in complaint.splitlines() if "error" in line.casefold())
    return next(found, complaint.strip())[:300]


def python(folder: Path) -> Path:
    return folder / "venv" / "bin" / "python"


def version_python(client: Client, folder: Path) -> str:
    package = client.packages[0].partition("[")[0]
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return run(str(python(folder)), "-c", code, cwd=folder)


def version_node(client: Client, folder: Path) -> str:
    package = folder / "node_modules" / client.packages[0] / "package.json"
    return str(json.loads(package.read_text())["version"])
