"""Rows that belong to one person: every query starts from the owner."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from core.models import User

Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row]):
    """Adds `for_user`; a foreign id is answered like an unknown one because it is simply not found."""

    def for_user(self, user: User | AnonymousUser | Any) -> Self:
        """The rows of `user`; nobody's for a visitor who has not signed in."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()
