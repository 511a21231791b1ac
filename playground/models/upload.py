"""An uploaded file, stored under a generated id."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.models.owned import OwnedQuerySet


class UploadQuerySet(OwnedQuerySet["Upload"]):
    def expired(self) -> UploadQuerySet:
        """Files older than `UPLOAD_RETENTION_DAYS` that no running run uses; with 0 days none expire."""
        if not settings.UPLOAD_RETENTION_DAYS:
            return self.none()
        oldest = timezone.now() - timedelta(days=settings.UPLOAD_RETENTION_DAYS)
        busy = models.Q(runs__state="running") | models.Q(chats__state="running")
        return self.filter(created_at__lt=oldest).exclude(busy)

    def waiting(self, tasks: Iterable[str]) -> UploadQuerySet:
        """Files uploaded for one of `tasks` that nothing uses yet, newest first."""
        return self.filter(task__in=list(tasks), runs=None, chats=None, messages=None)

    def unused(self, ids: Iterable[uuid.UUID]) -> UploadQuerySet:
        """Those of `ids` that no run and no message uses."""
        return self.filter(id__in=list(ids), runs=None, chats=None, messages=None)


class Upload(models.Model):
    """`name` is for display only; the path in the storage is generated. `media_type` comes from the content.

    `task` is the tab it was uploaded for, empty where the page gave none. `probe` has what was measured, such
    as `duration` in seconds.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="uploads"
    )
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=100)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    file = models.CharField(_("file"), max_length=200)
    task = models.CharField(_("task"), max_length=16, blank=True)
    probe = models.JSONField(_("what was found in it"), default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("user", "-created_at"), name="upload_user_created"),)

    def __str__(self) -> str:
        return self.name

    @property
    def page(self) -> str:
        """The name in the storage for the image of its first page, which is drawn when first requested."""
        return f"{self.file}.png"

    def erase(self) -> None:
        """Delete its files."""
        default_storage.delete(self.file)
        default_storage.delete(self.page)

    @property
    def seconds(self) -> float | None:
        """The measured duration; None where it is unknown."""
        return self.probe.get("duration")


@receiver(post_delete, sender=Upload, dispatch_uid="playground.upload.file")
def delete_file(instance: Upload, **kwargs: Any) -> None:
    transaction.on_commit(instance.erase)
