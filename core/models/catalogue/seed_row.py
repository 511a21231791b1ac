"""What the tables that the seed fills have in common."""

from __future__ import annotations

from django.db import models


class SeededRow(models.Model):
    """A row the seed may have written; `seed_digest` is of the values it wrote, to detect an admin's edit."""

    seed_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True
