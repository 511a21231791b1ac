"""Settlements that wait for the database."""

from __future__ import annotations

from core.ledger.store import spool


def test_spool_renames_what_the_database_refuses(ledger_writer):
    spool.folder().mkdir()
    (spool.folder() / "1.json").write_bytes(b'[{"id": "gen-1", "closed": [], "settled": [1]}]')
    (spool.folder() / "2.json").write_bytes(b"not json")
    assert spool.replay() == 0
    assert sorted(path.name for path in spool.folder().iterdir()) == ["1.rejected", "2.rejected"]
