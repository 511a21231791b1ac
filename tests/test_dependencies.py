"""The pinned production install: everything that pyproject.toml names, with hashes and without hosts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.media.installed import HINT, TEXT_READING_HINT

ROOT = Path(__file__).resolve().parent.parent
PINNED = (ROOT / ".ci" / "constraints.txt").read_text()
PIN = re.compile(
    r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)(?: ;[^\\]+)? \\\n"
    r"((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.M,
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAMED = [
    *PROJECT["dependencies"],
    *PROJECT["optional-dependencies"]["local"],
    *PROJECT["optional-dependencies"]["production"],
]


def test_the_file_is_pins_with_hashes_and_nothing_else():
    assert PIN.sub("", PINNED) == ""


@pytest.mark.parametrize("named", NAMED, ids=lambda named: Requirement(named).name)
def test_every_dependency_is_pinned_within_its_range(named):
    requirement = Requirement(named)
    pins = {name: version for name, version, _ in PIN.findall(PINNED)}
    assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])


@pytest.mark.parametrize(("hint", "extra"), [(HINT, "local"), (TEXT_READING_HINT, "ocr")])
def test_the_extras_that_hints_name_exist(hint, extra):
    assert hint == f'pip install "polyphony[{extra}]"'
    assert PROJECT["optional-dependencies"][extra]


@pytest.fixture
def audit(tmp_path):
    """Run the audit with a program in place of pip-audit that prints `report`."""

    def run(report: str) -> tuple[int, str]:
        program = tmp_path / "pip-audit"
        program.write_text(f"#!{sys.executable}\nprint({report!r})\n")
        program.chmod(0o755)
        ended = subprocess.run(
            [sys.executable, ROOT / ".ci" / "audit", program, "constraints.txt"],
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    return run


@pytest.mark.parametrize(
    ("packages", "ended"),
    [
        (
            [{"name": "a", "skip_reason": "x"}],
            (0, "Audit skipped: this package index tells nothing about vulnerabilities.\n"),
        ),
        ([{"name": "a", "version": "1", "vulns": []}], (0, "1 of 1 packages audited, 0 vulnerabilities.\n")),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}],
            (1, "a 1: CVE-1, fixed in 2\n1 of 1 packages audited, 1 vulnerabilities.\n"),
        ),
    ],
)
def test_the_audit_fails_on_a_vulnerability_alone(audit, packages, ended):
    assert audit(json.dumps({"dependencies": packages})) == ended


def test_the_audit_is_skipped_without_an_answer(audit):
    assert audit("") == (0, "Audit skipped, pip-audit got no answer: no reason given\n")
