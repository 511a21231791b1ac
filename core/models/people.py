"""Users and teams."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LIMIT: dict[str, Any] = {"validators": [MinValueValidator(1)], "help_text": _("Empty: no limit.")}


class LimitedRow(models.Model):
    """What somebody may ask of us; an empty field sets no limit."""

    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"), null=True, blank=True, **LIMIT
    )
    tokens_per_minute = models.PositiveIntegerField(_("tokens per minute"), null=True, blank=True, **LIMIT)
    parallel_requests = models.PositiveIntegerField(_("requests at a time"), null=True, blank=True, **LIMIT)

    class Meta:
        abstract = True


class Team(LimitedRow):
    """People who share a budget and limits, and may see each other's totals."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    shared_cache = models.BooleanField(
        _("shared cache"),
        default=False,
        help_text=_("Members who ask for cached answers get those of the whole team."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser, LimitedRow):  # noqa: DJ008 - AbstractUser has it
    """A user model of our own, since Django cannot swap it in later."""

    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
