"""Runs code samples: their file names and the programs for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = {"python": "sample.py", "openrouter": "sample.py", "typescript": "sample.mjs", "curl": "sample.sh"}

NODE_MODULES = Path(os.environ.get("POLYPHONY_NODE_MODULES", Path.home() / ".cache/polyphony-test/node"))


def runner(name: str) -> list[str]:
    if name == "curl":
        if not shutil.which("curl"):
            pytest.skip("curl is not installed")
        return ["bash", "-eu"]
    if name == "typescript":
        return [node()]
    return [sys.executable]


def node() -> str:
    found = shutil.which("node")
    if not found:
        pytest.skip("Node is not installed")
    if not (NODE_MODULES / "node_modules" / "openai").is_dir() and not installed():
        pytest.skip("the openai package of npm is not at hand")
    return found


def installed() -> bool:
    """Fetch OpenAI's package once for all runs; quickly, or not at all."""
    NODE_MODULES.mkdir(parents=True, exist_ok=True)
    command = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--silent",
        "--prefix",
        str(NODE_MODULES),
        "openai@6",
    ]
    try:
        return subprocess.run(command, capture_output=True, timeout=40, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
