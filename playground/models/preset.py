"""Named settings for conversations."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.models.owned import OwnedQuerySet

NAME_LENGTH = 80


class PresetQuerySet(OwnedQuerySet["Preset"]):
    """Presets of their owners."""


class Preset(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="presets"
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    settings = models.JSONField(_("settings"), default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = PresetQuerySet.as_manager()

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("user", "name"), name="preset_user_name"),)

    def __str__(self) -> str:
        return self.name
