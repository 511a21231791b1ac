"""Models, and the endpoints that serve them."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.catalogue.providers import Provider
from core.models.catalogue.seed_row import SeededRow
from core.models.json_field import ObjectField
from core.models.json_values import check_texts
from core.models.options import check_limits, check_options

MODEL_SLUG = RegexValidator(r"^[\w.~-]+(/[\w.:~-]+)*$", _("A name such as author/model."), flags=re.ASCII)
HIGHEST_CEILING = 1_000_000


class AIModel(SeededRow):
    """A model as the world names it (`author/slug`), whichever provider serves it."""

    slug = models.CharField(_("slug"), max_length=160, unique=True, validators=[MODEL_SLUG])
    name = models.CharField(_("name"), max_length=160)
    author = models.CharField(_("author"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    tasks = models.JSONField(
        _("tasks"), default=list, help_text=_("speech, transcription, translation, chat, image")
    )
    input_modalities = models.JSONField(_("input modalities"), default=list, blank=True)
    output_modalities = models.JSONField(_("output modalities"), default=list, blank=True)
    features = models.JSONField(_("features"), default=list, blank=True)
    formats = models.JSONField(_("audio formats"), default=list, blank=True)
    limits = ObjectField(_("limits"), check=check_limits)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    examples = ObjectField(_("examples"), check=check_texts)
    licences = ObjectField(_("licences"), check=check_texts, help_text=_("SPDX names: of code, of weights"))
    speed_min = models.FloatField(_("slowest speed"), null=True, blank=True)
    speed_max = models.FloatField(_("fastest speed"), null=True, blank=True)
    context_length = models.PositiveIntegerField(_("context length"), null=True, blank=True)
    max_output = models.PositiveIntegerField(_("longest output"), null=True, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    released_at = models.DateField(_("released"), null=True, blank=True)
    deprecated_at = models.DateField(_("deprecated"), null=True, blank=True)
    shutdown_at = models.DateField(_("shut down"), null=True, blank=True)
    replacement = models.CharField(_("replacement"), max_length=160, blank=True)
    use_replacement = models.BooleanField(
        _("ask the replacement"),
        default=False,
        help_text=_("Requests for it are answered by its replacement, at the replacement's price."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        """Raise ValidationError for speeds that no speed lies between, and without a replacement to ask."""
        if self.use_replacement and self.replacement in ("", self.slug):
            raise ValidationError({"use_replacement": _("Name another model as the replacement first.")})
        slowest, fastest = self.speed_min, self.speed_max
        if slowest is None and fastest is None:
            return
        if slowest is None or fastest is None or not 0 < slowest <= fastest:
            raise ValidationError(_("Speeds are two numbers above 0, the slowest and the fastest, or none."))

    def retired(self, today: date | None = None) -> bool:
        return self.shutdown_at is not None and self.shutdown_at <= (today or timezone.now().date())


def ceiling(name: str) -> models.PositiveIntegerField:
    limits = [MinValueValidator(1), MaxValueValidator(HIGHEST_CEILING)]
    help_text = _("At most, of all callers together. Empty: no ceiling.")
    return models.PositiveIntegerField(name, null=True, blank=True, validators=limits, help_text=help_text)


class Endpoint(SeededRow):
    """One model at one provider: upstream id, order, weight, ceilings; prices refer to it."""

    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="endpoints")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="endpoints")
    upstream_id = models.CharField(_("upstream id"), max_length=200)
    formats = models.JSONField(
        _("audio formats"), default=list, blank=True, help_text=_("Empty: as the model's.")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=10, help_text=_("Lower is asked first.")
    )
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    requests_per_minute = ceiling(_("requests a minute"))
    parallel_requests = ceiling(_("requests at a time"))
    enabled = models.BooleanField(_("enabled"), default=True)
    options = ObjectField(_("options"), check=check_options)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ("priority", "id")
        constraints = (
            models.UniqueConstraint(fields=("model", "provider", "upstream_id"), name="endpoint_once"),
        )

    def __str__(self) -> str:
        return f"{self.model} @ {self.provider}"
