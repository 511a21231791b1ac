"""The database refuses to rewrite what was settled, whoever asks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core.models import Attempt, UsageRecord
from tests.core.ledger.conftest import call, record, run


@pytest.mark.parametrize("model", [UsageRecord, Attempt])
@pytest.mark.parametrize("change", [{"cost": Decimal(0)}, {"state": "open"}, {"units": {}}])
def test_final_row_cannot_be_changed(grant, model, change):
    run(call(grant()))
    before = model.objects.values().get()
    with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
        model.objects.update(**change)
    assert model.objects.values().get() == before


def test_final_record_outlives_its_user(grant, alice):
    receipt = run(call(grant()))
    alice.delete()
    assert (record(receipt.id).user, record(receipt.id).cost) == (None, Decimal("0.1"))
