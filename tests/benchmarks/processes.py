"""Processes of a measurement: started in a folder of their own, watched through /proc, ended with it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
Facts = dict[str, Any]


@dataclass
class Running:
    """A process that said it is ready, and what it said."""

    id: int
    facts: Facts

    def cpu(self) -> float:
        """Seconds of CPU used so far, all threads."""
        fields = Path(f"/proc/{self.id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, field: str = "VmRSS") -> float:
        """Mebibytes: `VmRSS` now, `VmHWM` the most since `forget_peak`."""
        for line in Path(f"/proc/{self.id}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise LookupError(field)

    def forget_peak(self) -> None:
        Path(f"/proc/{self.id}/clear_refs").write_text("5")


def said(line: str) -> Facts | None:
    """The facts in a line of JSON."""
    return json.loads(line) if line.startswith("{") else None


@contextmanager
def running(
    *arguments: str, environment: dict[str, str], heard: Callable[[str], Facts | None] = said
) -> Iterator[Running]:
    """A Python process, from the first line in which `heard` finds facts to the end of the block."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = next((facts for line in process.stdout if (facts := heard(line)) is not None), None)
            if found is None:
                raise RuntimeError(f"{' '.join(arguments)} did not start")
            yield Running(process.pid, found)
            process.terminate()
            process.wait(60)
        finally:
            process.kill()


def outcome(*arguments: str, environment: dict[str, str]) -> Facts:
    """What a Python process prints as its last line, once it has ended well."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def surroundings(folder: str, **more: str) -> dict[str, str]:
    """An environment in which the program keeps everything in `folder` and asks nobody else."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "POLYPHONY_VAR": folder,
        "POLYPHONY_MODELS": "",
        "DATABASE_URL": f"sqlite:///{folder}/polyphony.sqlite3",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        **more,
    }


def introduce(*packages: str) -> None:
    """Print what was measured, and beside how much other work."""
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    print(
        f"Python {platform.python_version()}, {named}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
