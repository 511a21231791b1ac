"""The quick part of `make proof`: real servers, killed, cut off and raced, against the provider's log."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.proof.servers import ROOT

SECONDS = 900
"""It takes one or two minutes on a machine that does nothing else."""

INVARIANTS = [f"I{number}" for number in range(1, 19)]


@pytest.mark.timing
@pytest.mark.timeout(SECONDS + 20)
def test_the_ledgers_invariants_hold():
    on = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    status, told, errors = outcome(sys.executable, "-m", "tests.proof", "--quick", "--on", on)
    assert status == 0, f"{told}\n{errors}"
    lines = [line.split() for line in told.splitlines() if line.startswith("I")]
    assert [line[0] for line in lines] == INVARIANTS


def outcome(*command: str) -> tuple[int, str, str]:
    """Its status and both outputs; one that is late is ended so that it takes away what it started."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            told, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.terminate()
            told, errors = process.communicate()
    return process.returncode, told, errors
