"""The table of `make clients`, and that every script is there and knows its cases; no client is needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients.__main__ import told
from tests.clients.clients import CASES, CLIENTS
from tests.clients.table import Outcome, Row, table

FOLDER = Path(__file__).parent
NAME = {".py": r"^@case\ndef (\w+?)_?\(", ".mjs": r"^ {2}(?:async |cases\.)(\w+)(?:\(\) \{| = async)"}


def test_a_table_and_its_reasons():
    rows = [
        Row("good 1.2", {"chat": Outcome("ok"), "errors": Outcome("ok")}),
        Row("worse 3.4", {"chat": Outcome("failed", "no words"), "errors": Outcome("skipped", "no network")}),
        Row("none", {"chat": Outcome("skipped", "not installable here")}),
    ]
    assert table(rows, ("chat", "errors")).splitlines() == [
        "           chat     errors",
        "good 1.2   ok       ok",
        "worse 3.4  failed   skipped",
        "none       skipped  -",
        "",
        "worse 3.4: chat failed: no words",
        "worse 3.4: errors skipped: no network",
        "none: chat skipped: not installable here",
    ]
    assert [row.failed for row in rows] == [False, True, False]


def test_outcomes_are_found_between_other_output():
    output = b'a warning\n{"case": "chat", "state": "failed", "reason": "no words"}\n{"usage": 1}\n'
    assert told(output) == {"chat": Outcome("failed", "no words")}


@pytest.mark.parametrize("script", sorted({client.script for client in CLIENTS}))
def test_every_case_is_a_column(script):
    path = FOLDER / ("node" if script.endswith(".mjs") else "python") / script
    found = re.findall(NAME[path.suffix], path.read_text(), re.M)
    assert len(found) > 3
    assert set(found) <= set(CASES)
