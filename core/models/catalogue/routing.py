"""How models are asked where the caller says nothing else: retries, time limits, other models."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.catalogue.models import AIModel

MOST_RETRIES, MOST_CODES, MOST_FALLBACKS = 5, 20, 20
LONGEST_SECONDS = 3600
LONGEST_CACHE_SECONDS = 3 * 24 * 3600


def check_codes(value: object) -> None:
    """Raise ValidationError unless `value` are statuses by which a provider tells of an error."""
    found = value if isinstance(value, list) else [None]
    if len(found) > MOST_CODES or not all(type(code) is int and 400 <= code <= 599 for code in found):
        raise ValidationError(_("Statuses are whole numbers from 400 to 599, at most 20 of them."))


def seconds(name: str, help_text: str) -> models.FloatField:
    limits = [MinValueValidator(0.05), MaxValueValidator(LONGEST_SECONDS)]
    return models.FloatField(name, null=True, blank=True, validators=limits, help_text=help_text)


class RoutingPolicy(models.Model):
    """How one model is asked; a field of the request replaces the field of the same meaning."""

    class Sort(models.TextChoices):
        PRICE = "price", _("cheapest first")
        LATENCY = "latency", _("first the one that begins to answer soonest")
        THROUGHPUT = "throughput", _("first the one with the most tokens a second")

    model = models.OneToOneField(AIModel, on_delete=models.CASCADE, related_name="routing_policy")
    sort = models.CharField(
        _("endpoints"),
        max_length=20,
        choices=Sort,
        blank=True,
        help_text=_("In which order they are asked. Empty: by priority and weight."),
    )
    retries = models.PositiveSmallIntegerField(
        _("further tries"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_RETRIES)],
        help_text=_("At the same endpoint, from 0 to 5. Empty: 1."),
    )
    retry_codes = models.JSONField(
        _("after the statuses"),
        default=list,
        blank=True,
        validators=[check_codes],
        help_text=_("Such as 429, 503. Empty: all that may pass."),
    )
    call_timeout = seconds(
        _("time for a call"), _("Seconds until its first content. Empty: as the task needs.")
    )
    deadline = seconds(
        _("time for all calls"), _("Seconds for this model altogether. Empty: as the task needs.")
    )
    fallback_codes = models.JSONField(
        _("fall back after the statuses"),
        default=list,
        blank=True,
        validators=[check_codes],
        help_text=_("Empty: all that are not about the request itself."),
    )
    cache_seconds = models.PositiveIntegerField(
        _("cached for"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_CACHE_SECONDS)],
        help_text=_("Seconds, of answers of the API, unless the request says no. Empty: not cached."),
    )

    class Meta:
        verbose_name = _("routing")
        verbose_name_plural = _("routing")

    def __str__(self) -> str:
        return str(self.model)


class FallbackModel(models.Model):
    """A model that is asked when `model` has failed, in order of position."""

    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="fallbacks")
    fallback = models.ForeignKey(
        AIModel, verbose_name=_("model"), on_delete=models.CASCADE, related_name="fallback_of"
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Lower is asked first.")
    )

    class Meta:
        verbose_name = _("fallback model")
        verbose_name_plural = _("fallback models")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("model", "fallback"),
                name="fallback_once",
                violation_error_message=_("Each model is named once."),
            ),
            models.CheckConstraint(
                condition=~models.Q(model=models.F("fallback")),
                name="fallback_another",
            ),
        )

    def __str__(self) -> str:
        return str(self.fallback)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Raise ValidationError for the model itself, and for one that does none of its tasks."""
        super().clean_fields(exclude)
        if not self.model_id or not self.fallback_id:
            return
        if self.model_id == self.fallback_id:
            raise ValidationError({"fallback": _("A model is no fallback of itself.")})
        if set(self.model.tasks).isdisjoint(self.fallback.tasks):
            raise ValidationError({"fallback": _("It does none of the tasks of this model.")})
