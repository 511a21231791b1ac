"""Voices of models, and the names that stand for them."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.catalogue.models import AIModel
from core.models.catalogue.providers import Provider
from core.models.catalogue.seed_row import SeededRow


class Voice(SeededRow):
    """A voice of a model; `voice_id` is the upstream's own id."""

    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="voices")
    voice_id = models.CharField(_("voice id"), max_length=120)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=35, blank=True, help_text=_("BCP 47; empty: any."))
    gender = models.CharField(_("gender"), max_length=20, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    sample_url = models.URLField(
        _("sample"),
        max_length=500,
        blank=True,
        help_text=_("Where a recording of the voice is. Empty: a sentence is spoken, and paid, once."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ("position", "name")
        constraints = (models.UniqueConstraint(fields=("model", "voice_id"), name="voice_once"),)

    def __str__(self) -> str:
        return self.name


class VoiceAlias(SeededRow):
    """A voice's name that clients send to whichever model, and the voice that stands in for it.

    It is of one model, of the models at one provider, or of all. Without `voice` it is one of the `gender`.
    """

    ANY = "*"

    name = models.CharField(
        _("name"), max_length=120, help_text=_("As clients send it, such as alloy; * is any other name.")
    )
    model = models.ForeignKey(
        AIModel,
        verbose_name=_("model"),
        on_delete=models.CASCADE,
        related_name="voice_aliases",
        null=True,
        blank=True,
        help_text=_("Empty: every model."),
    )
    provider = models.ForeignKey(
        Provider,
        verbose_name=_("provider"),
        on_delete=models.CASCADE,
        related_name="voice_aliases",
        null=True,
        blank=True,
        help_text=_("Empty: every provider."),
    )
    voice = models.CharField(
        _("voice"),
        max_length=120,
        blank=True,
        help_text=_("The id or name of a voice of the model. Empty: one of the gender, else the first."),
    )
    gender = models.CharField(_("gender"), max_length=20, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("voice alias")
        verbose_name_plural = _("voice aliases")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("name", "model"), name="alias_once_a_model"),
            models.UniqueConstraint(fields=("name", "provider"), name="alias_once_a_provider"),
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(model__isnull=True, provider__isnull=True),
                name="alias_once",
            ),
            models.CheckConstraint(
                condition=models.Q(model__isnull=True) | models.Q(provider__isnull=True),
                name="alias_of_one",
                violation_error_message=_("An alias is of a model or of a provider, not of both."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        self.name = self.name.strip().casefold()
        super().clean_fields(exclude)
