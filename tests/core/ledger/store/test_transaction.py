"""The ledger's transactions: whole or not at all, with Django's exceptions, within a caller's own."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from core.ledger.store.statements import table
from core.ledger.store.transaction import write_transaction
from core.models import User

NAME = f"UPDATE {table(User)} SET first_name = %s WHERE username = %s"

RENAME = f"UPDATE {table(User)} SET username = %s WHERE username = %s"


def write(*statements: tuple[str, ...]) -> None:
    with write_transaction() as cursor:
        for statement, *row in statements:
            cursor.execute(statement, row)


def name(user: User) -> str:
    return User.objects.get(pk=user.pk).first_name


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_committed_at_its_end(alice):
    with write_transaction() as cursor:
        cursor.execute(NAME, ("100 % Alice", alice.username))
        assert cursor.rowcount == 1
    assert name(alice) == "100 % Alice"
    assert connection.in_atomic_block is False


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_leaves_nothing_and_the_connection_usable(alice, bob):
    with pytest.raises(IntegrityError):
        write((NAME, "Alicia", alice.username), (RENAME, alice.username, bob.username))
    assert name(alice) == ""
    write((NAME, "Alicia", alice.username))
    assert name(alice) == "Alicia"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_within_another_ends_with_it(alice):
    with transaction.atomic():
        write((NAME, "Alicia", alice.username))
        assert name(alice) == "Alicia"
        transaction.set_rollback(True)
    assert name(alice) == ""
