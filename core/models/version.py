"""Version numbers by which every process notices that its in-memory snapshot is stale."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.signals import post_delete, post_save


class Version(models.Model):
    """A named counter; `note` is for the counter's owner, such as the digest of the seed."""

    CATALOGUE = "catalogue"
    ACCESS = "access"
    SEED = "seed"

    name = models.CharField(max_length=40, primary_key=True)
    number = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


def bump(name: str) -> None:
    """Raise a counter by one, in the caller's transaction."""
    if not Version.objects.filter(name=name).update(number=F("number") + 1):
        Version.objects.get_or_create(name=name, defaults={"number": 1})


def connect(name: str, senders: list[type[models.Model]]) -> None:
    """Bump `name` whenever a row of `senders` is saved or deleted (also by the admin's bulk delete)."""

    def on_change(sender: type[models.Model], **kwargs: Any) -> None:
        if not kwargs.get("raw"):
            bump(name)

    for sender in senders:
        uid = f"{name}:{sender._meta.label}"
        post_save.connect(on_change, sender=sender, weak=False, dispatch_uid=f"save:{uid}")
        post_delete.connect(on_change, sender=sender, weak=False, dispatch_uid=f"delete:{uid}")
