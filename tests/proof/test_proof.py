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
    command = [sys.executable, "-m", "tests.proof", "--quick", "--on", on]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("I")]
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert [line[0] for line in lines] == INVARIANTS
