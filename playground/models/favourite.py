"""The models that a user has marked with a star."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.models.owned import OwnedQuerySet


class FavouriteQuerySet(OwnedQuerySet["Favourite"]):
    """Favourites of their owners."""


class Favourite(models.Model):
    """`model` is a slug: a model that leaves the catalogue and comes back is still a favourite."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="favourites"
    )
    model = models.CharField(_("model"), max_length=160)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = FavouriteQuerySet.as_manager()

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        ordering = ("-created_at",)
        constraints = (models.UniqueConstraint(fields=("user", "model"), name="favourite_user_model"),)

    def __str__(self) -> str:
        return self.model
