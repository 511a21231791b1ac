"""Rows that belong to one user: every query starts from the owner."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from core.models import User

Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row]):
    """Adds `for_user`: with it the id of another user's row is not found, like an unknown one."""

    def for_user(self, user: User | AnonymousUser | Any) -> Self:
        """The rows of `user`; none for an anonymous user."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()
