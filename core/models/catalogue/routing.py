"""How models are asked where the caller says nothing else: retries, time limits, other models."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.catalogue.models import AIModel

MOST_RETRIES, MOST_CODES, MOST_FALLBACKS = 5, 20, 20
LONGEST_HEDGE = 600_000
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

    class Balance(models.TextChoices):
        WEIGHTED = "weight_based", _("at random, by weight")
        ROUND_ROBIN = "round_robin", _("each in turn")
        LATENCY = "latency_based", _("the one that has been fastest")

    balance = models.CharField(
        _("first model"),
        max_length=20,
        choices=Balance,
        blank=True,
        help_text=_("Chosen among the models to balance, where there are any. Empty: by weight."),
    )
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
    hedge = models.BooleanField(
        _("ask a second endpoint"),
        default=False,
        help_text=_("Beside the first one, when that is late; whoever brings content first answers."),
    )
    hedge_ms = models.PositiveIntegerField(
        _("late after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_HEDGE)],
        help_text=_("Milliseconds. Empty: later than 95 % of its answers of the last day began."),
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


class BalancedModel(models.Model):
    """One of the models of which the first is chosen when `model` is asked."""

    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="balanced")
    balanced = models.ForeignKey(
        AIModel, verbose_name=_("model"), on_delete=models.CASCADE, related_name="balanced_by"
    )
    weight = models.FloatField(
        _("weight"), default=1.0, validators=[MinValueValidator(0.001), MaxValueValidator(1000)]
    )

    class Meta:
        verbose_name = _("model to balance")
        verbose_name_plural = _("models to balance")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("model", "balanced"),
                name="balanced_once",
                violation_error_message=_("Each model is named once."),
            ),
        )

    def __str__(self) -> str:
        return str(self.balanced)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Raise ValidationError for one that does none of the model's tasks."""
        super().clean_fields(exclude)
        if self.model_id and self.balanced_id:
            check_tasks("balanced", self.model, self.balanced)


def check_tasks(field: str, model: AIModel, other: AIModel) -> None:
    """Raise ValidationError where the other model can answer no request for this one."""
    if set(model.tasks).isdisjoint(other.tasks):
        raise ValidationError({field: _("It does none of the tasks of this model.")})


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
        check_tasks("fallback", self.model, self.fallback)
