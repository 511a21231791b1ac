"""The ledger's writer, for the tests of cost."""

from __future__ import annotations

from tests.core.ledger.conftest import grant as grant
from tests.core.ledger.conftest import ledger_writer as ledger_writer
from tests.core.ledger.conftest import var as var
