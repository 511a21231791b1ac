"""Final rows as no program can make them: of another day, of another model, gone."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core.models import final_rows


def rewrite(rows: QuerySet[Any], **values: object) -> None:
    """Update rows that the database's triggers keep as they are."""
    final_rows.release(connection, rows.model)
    rows.update(**values)
    final_rows.guard(connection, rows.model)


def remove(rows: QuerySet[Any]) -> None:
    """Delete rows that the database's triggers keep."""
    final_rows.release(connection, rows.model)
    rows.delete()
    final_rows.guard(connection, rows.model)
