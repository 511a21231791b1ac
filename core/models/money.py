"""Money stored as whole numbers: exact sums and exact conditional updates on every database."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

SCALE = Decimal(10) ** 10
"""Stored steps per USD: ten decimal places, up to about 900 million USD in 64 bits."""

MOST = Decimal(900_000_000)
"""USD that a column holds; in the other direction as much."""


def to_steps(amount: Decimal) -> int:
    """Whole steps nearest to `amount` USD."""
    return int((amount * SCALE).to_integral_value(rounding=ROUND_HALF_UP))


def steps_rounded_up(amount: Decimal) -> int:
    """Whole steps of at least `amount` USD."""
    return int((amount * SCALE).to_integral_value(rounding=ROUND_CEILING))


def from_steps(steps: int) -> Decimal:
    return Decimal(steps) / SCALE


class MoneyField(models.BigIntegerField):
    """A `Decimal` amount of USD, stored as an integer.

    SQLite would turn a decimal column into a float; integers add up exactly there and on PostgreSQL.
    In expressions wrap an amount with its field: `F("spent") + Value(amount, MoneyField())`.
    """

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else from_steps(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError as error:
            raise ValidationError("Not an amount of money.") from error

    def get_prep_value(self, value: Any) -> int | None:
        amount = self.to_python(value)
        return None if amount is None else to_steps(amount)

    @property
    def validators(self) -> list[Any]:
        # the range of the integer column is no limit in USD
        return [*self._validators, MinValueValidator(-MOST), MaxValueValidator(MOST)]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        # BigIntegerField.formfield would cap the value at the column's integer range
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "max_digits": 19, "decimal_places": 10, **kwargs}
        )
