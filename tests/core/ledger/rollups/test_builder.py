"""Several writers and builders at a time: nothing is left out, nothing is added twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random

import pytest
from django.db import connection, transaction

from core.ledger.rollups import builder, sums
from core.models import UsageMark, UsageRecord
from tests.core.ledger.rollups.conftest import expected, new_record

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_builders_beside_each_other_add_each_record_once(alice, bob):
    random = Random(1)
    for _ in range(60):
        new_record([alice, bob], random)

    def work() -> None:
        for _ in range(40):
            builder.add_next(5)

    for thread in [in_thread(work) for _ in range(3)]:
        thread.join()
    builder.build()
    assert UsageMark.objects.values_list("record_id", flat=True).get() == UsageRecord.objects.latest("id").id
    assert {row.key: row for row in sums.sums(["user"])} == expected(["user"], None, None)


def test_a_row_that_is_committed_after_a_later_one_is_not_left_out(alice):
    """PostgreSQL numbers rows before they are committed."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    written, go_on = threading.Event(), threading.Event()
    random = Random(2)

    def write() -> None:
        with transaction.atomic():
            new_record([alice], random)
            written.set()
            go_on.wait(30)

    late = in_thread(write)
    written.wait(30)
    new_record([alice], random)
    assert (builder.build(), sums.sums()[0].requests) == (0, 1)
    go_on.set()
    late.join()
    assert (builder.build(), sums.sums()[0].requests) == (2, 2)
