"""The certificate of `--tls`."""

from __future__ import annotations

import stat
from pathlib import Path

from core.server.certificate import self_signed


def test_certificate_is_private_and_kept_until_a_name_is_missing(tmp_path: Path) -> None:
    first = self_signed(tmp_path)
    key = first.key.read_bytes()
    assert [stat.S_IMODE(path.stat().st_mode) for path in first] == [0o600, 0o600]
    assert self_signed(tmp_path).key.read_bytes() == key
    assert self_signed(tmp_path, ["studio.example"]).key.read_bytes() != key
