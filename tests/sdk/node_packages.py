"""Packages of npm that tests run, where Node is present: installed once for all runs, from whatever registry
npm is set to.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("POLYPHONY_AI_SDK", Path.home() / ".cache/polyphony-test/ai-sdk"))
PACKAGES = {
    "ai": "6",
    "@ai-sdk/openai": "3",
    "@ai-sdk/openai-compatible": "2",
    "@openrouter/ai-sdk-provider": "2",
    "axios": "1",
    "openai": "6",
    "tsx": "4",
    "zod": "4",
}
INSTALL = (
    "npm",
    "install",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
)

NEEDS_NODE = pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")), reason="Node and npm are not present"
)


@pytest.fixture(scope="session")
def packages() -> Path:
    """A folder of the packages, made the first time and whenever others are wanted."""
    wanted = json.dumps({"private": True, "type": "module", "dependencies": PACKAGES})
    done = FOLDER / "installed.json"
    if not done.exists() or done.read_text() != wanted:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text(wanted)
        if reason := install():
            pytest.skip(f"npm could not install the packages: {reason}")
        done.write_text(wanted)
    return FOLDER / "node_modules"


def install() -> str:
    """Why it did not work; nothing where it did."""
    try:
        tried = subprocess.run(INSTALL, cwd=FOLDER, capture_output=True, text=True, timeout=90)
    except subprocess.TimeoutExpired:
        return "no answer for 90 seconds"
    return tried.stderr.strip()[-200:] if tried.returncode else ""
