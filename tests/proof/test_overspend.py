"""A budget of $1 holds against parallel callers, whichever way they ask for long answers."""

from __future__ import annotations

import os
from decimal import Decimal

import pytest

from tests.core.api.chat_helpers import make_chat_model
from tests.proof.deployment import MODEL, deployed
from tests.proof.overspend import PER_TOKEN, SPELLINGS, Row, dearest, passed, prove

CALLERS = int(os.environ.get("PROOF_CALLERS", "12"))


def test_no_spelling_overspends_a_budget(live, lab, provider, alice):
    from core.access import keys  # noqa: PLC0415 - the registry is not ready at import time
    from core.models import Budget, Price, User  # noqa: PLC0415 - as above

    model = make_chat_model(lab, upstream="dear")
    Price.objects.update(usd_per_unit=PER_TOKEN)
    provider.script("dear", dearest)

    def payer():
        user = User.objects.create_user(f"payer{User.objects.count()}")
        budget = Budget.objects.create(user=user, limit=Decimal(CALLERS) / 60)
        key, _row = keys.issue(user)
        live.refresh()

        def sums():
            budget.refresh_from_db()
            assert budget.reserved == 0
            return budget.spent, budget.limit

        return key, sums

    check(prove([live.api], provider, model.slug, payer, CALLERS))


@pytest.mark.parametrize("processes", [2, 4])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_spelling_overspends_a_budget_over_processes(provider, tmp_path, database, processes):
    provider.script("dear", dearest)
    limit = Decimal(CALLERS) / 60
    with deployed(database, processes, str(tmp_path), provider.url, len(SPELLINGS), limit) as server:
        print(f"{database}, {processes} processes, {CALLERS} callers:")
        check(prove(server.apis, provider, MODEL, server.payer, CALLERS))


def check(rows: list[Row]) -> None:
    assert passed(rows)
    assert len(rows) == len(SPELLINGS)
    answered = {row.spelling for row in rows if row.answered}
    assert {"no cap", "max_tokens", "n", "responses, no cap", "a spoken answer"} <= answered
